import type { AccountId, Registry } from "../names.ts";
import type { EntityRef, ResourceTag } from "./entity.ts";

/** A long-lived access key of a user, or of an account's root. */
export interface StoredAccessKey {
  /** `AKIA…`. */
  readonly id: string;
  /** The user; for root the account's own id. */
  readonly owner: EntityRef;
  /** Sealed under a secret of the deployment. */
  readonly sealedSecret: Uint8Array;
  readonly status: "Active" | "Inactive";
  readonly createdAt: number;
  readonly lastUse: KeyUse | undefined;
}

/** What credentials were good for. */
export interface CredentialUse {
  readonly region: string;
  /** `ecr`, as in the scope of a signature. */
  readonly service: string;
}

export interface KeyUse extends CredentialUse {
  readonly at: number;
}

/**
 * Temporary credentials, and the long-lived pull secrets that are made like them: who they act as and
 * what narrows them.
 */
export interface Session {
  /** `ASIA…`. */
  readonly accessKeyId: string;
  readonly kind:
    | "assumed-role"
    | "web-identity"
    | "session-token"
    | "pull-secret"
    /** Credentials of a browser. */
    | "console"
    /** What a browser renews them by; signs nothing. */
    | "console-sign-in";
  /** The role or user that it acts as; for root the account's own id. */
  readonly owner: EntityRef;
  /** The role session's name; empty where there is none. */
  readonly name: string;
  readonly sealedSecret: Uint8Array;
  readonly claims: SessionClaims;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Of a pull secret: recorded now and then. */
  readonly lastUse: SessionUse | undefined;
}

export interface SessionUse {
  readonly at: number;
  readonly region: string;
}

export interface SessionClaims {
  /** SHA-256 of the session token, in hexadecimal digits. */
  readonly tokenSha256: string;
  /** Documents of session policies: what is not allowed there is not allowed. */
  readonly policies: readonly string[];
  /** ARNs of managed policies that count as session policies. */
  readonly policyArns: readonly string[];
  readonly tags: readonly ResourceTag[];
  /** Keys of tags that sessions made from this one inherit. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** Whether another role's session asked for it: such a session lives an hour at most. */
  readonly isChained: boolean;
  /** Condition keys of a federated identity (`<provider>:sub` and the like), lower case, and values. */
  readonly federation: Readonly<Record<string, readonly string[]>>;
  /** ARN of the provider that vouched for it. */
  readonly federatedProvider: string | undefined;
  /** Of a pull secret: what its owner calls it. */
  readonly description: string | undefined;
  /** Of a pull secret: what it may pull. */
  readonly pulls?: PullScope | undefined;
}

/** Repositories of one registry, by name or with "*" in it. */
export interface PullScope {
  readonly registry: Registry;
  readonly repositories: readonly string[];
}

/** An issuer of web identity tokens that an account trusts. */
export interface OidcProvider {
  readonly account: AccountId;
  /** Without the scheme: `token.actions.githubusercontent.com`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  /** SHA-1 of certificates, 40 hexadecimal digits each. */
  readonly thumbprints: readonly string[];
  readonly tags: readonly ResourceTag[];
  readonly createdAt: number;
}

/** `arn:aws:iam::<account>:oidc-provider/<url>`. */
export function oidcProviderArn(provider: Pick<OidcProvider, "account" | "url">): string {
  return `arn:aws:iam::${provider.account}:oidc-provider/${provider.url}`;
}

import type { AccountId, Region, Registry } from "../names.ts";
import type { SealedValue } from "../secrets/secret.ts";
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
  /**
   * Who assumed the role, or the first of a chain of roles: the ARN of a user or of root, or a subject of an
   * issuer, `<provider>:sub:<subject>`. Absent where nobody did, and in sessions of before it was kept.
   */
  readonly assumedBy?: string | undefined;
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
  /** Absent where nobody signs in to the console by it. */
  readonly signOn?: SignOn | undefined;
}

/**
 * How people sign in to the console by an issuer: the authorization code flow of OpenID Connect Core
 * 1.0, section 3.1.
 */
export interface SignOn {
  /** What the console's button says. */
  readonly label: string;
  /** One of the provider's clients. */
  readonly clientId: string;
  /** Asked for beside "openid". */
  readonly scopes: readonly string[];
  /** The claim that lists a person's groups. */
  readonly groupsClaim: string;
  /** A claim that lists ARNs of roles. Where it is set, roles that it does not list are not offered. */
  readonly roleClaim: string | undefined;
  /** The claim that names sessions; else the verified email, else the subject. */
  readonly nameClaim: string | undefined;
  /** Absent for a public client. */
  readonly clientSecret: SignOnSecret | undefined;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** Sealed by the service's own key of the account in this region. */
export interface SignOnSecret {
  readonly region: Region;
  readonly sealed: SealedValue;
}

/** `arn:aws:iam::<account>:oidc-provider/<url>`. */
export function oidcProviderArn(provider: Pick<OidcProvider, "account" | "url">): string {
  return `arn:aws:iam::${provider.account}:oidc-provider/${provider.url}`;
}

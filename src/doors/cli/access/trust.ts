import { CommandError } from "../client.ts";

/** Who may assume a role, as it is said on the command line. */
export interface TrustWish {
  /** `account`, `account:<id>`, `service:<name>`, `oidc:<issuer>`, `github:<owner>/<repository>`, an ARN. */
  readonly who: readonly string[];
  readonly externalId: string | undefined;
  /** Of tokens: who they are for. */
  readonly audience: string | undefined;
  /** Of tokens: whom they are about; with `*` and `?`. */
  readonly subject: string | undefined;
  /** SHA-1 of certificates of issuers that no known authority vouches for. */
  readonly thumbprints: readonly string[];
}

/** An issuer of tokens that the account must know before a role can trust it. */
export interface TrustedIssuer {
  /** Without `https://`. */
  readonly name: string;
  readonly audience: string;
  readonly thumbprints: readonly string[];
}

export interface Trust {
  readonly document: string;
  readonly issuers: readonly TrustedIssuer[];
}

const githubIssuer = "token.actions.githubusercontent.com";
const defaultAudience = "sts.amazonaws.com";

interface TrustStatement {
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * The trust policy of a role that they may assume.
 * @throws CommandError for what names nobody, and for an issuer whose every token would be let in
 */
export function trustOf(wish: TrustWish, account: string): Trust {
  const issuers: TrustedIssuer[] = [];
  const statements = wish.who.map((who): TrustStatement => {
    const [kind, rest] = split(who);
    if (kind === "service" && rest !== "") return statement("sts:AssumeRole", { Service: rest });
    const token = tokenOf(kind, rest, wish);
    if (token === undefined) return principalStatement(who, wish, account);
    const { issuer: name, audience } = token;
    issuers.push({ name, audience, thumbprints: wish.thumbprints });
    return tokenStatement(token, account);
  });
  checkUse(wish, issuers.length);
  const document = JSON.stringify({ Version: "2012-10-17", Statement: statements }, undefined, 2);
  return { document, issuers };
}

interface TrustedToken {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

function tokenOf(kind: string, rest: string, wish: TrustWish): TrustedToken | undefined {
  const { audience = defaultAudience, subject } = wish;
  if (kind === "github") {
    if (!/^[\w.-]+\/[\w.*-]+$/.test(rest)) {
      throw new CommandError(`"${rest}" is no repository of GitHub: use github:<owner>/<name>`, 2);
    }
    return { issuer: githubIssuer, audience, subject: subject ?? `repo:${rest}:*` };
  }
  if (kind !== "oidc") return undefined;
  const issuer = rest.replace(/^https:\/\//, "").replace(/\/$/, "");
  if (!/^[\w.-]+(?::\d+)?(?:\/[\w./~-]+)?$/.test(issuer)) {
    throw new CommandError(
      `"${rest}" is no issuer: use oidc:<host> or oidc:https://<host>/<path>`,
      2,
    );
  }
  if (subject !== undefined) return { issuer, audience, subject };
  throw new CommandError(
    `everybody with a token of ${issuer} could assume the role: say who with --subject`,
    2,
  );
}

function tokenStatement({ issuer, audience, subject }: TrustedToken, account: string) {
  const Federated = `arn:aws:iam::${account}:oidc-provider/${issuer}`;
  const about = { [`${issuer}:sub`]: subject };
  const isPattern = /[*?]/.test(subject);
  const exactly = { [`${issuer}:aud`]: audience, ...(isPattern ? {} : about) };
  return statement(
    "sts:AssumeRoleWithWebIdentity",
    { Federated },
    { StringEquals: exactly, ...(isPattern ? { StringLike: about } : {}) },
  );
}

function principalStatement(who: string, { externalId }: TrustWish, own: string): TrustStatement {
  const AWS = principalArn(who, own);
  const condition =
    externalId === undefined ? undefined : { StringEquals: { "sts:ExternalId": externalId } };
  return statement("sts:AssumeRole", { AWS }, condition);
}

function principalArn(who: string, own: string): string {
  const account = /^account(?::(\d{12}))?$/.exec(who);
  if (account !== null) return `arn:aws:iam::${account[1] ?? own}:root`;
  if (/^(?:user|role)\/[\w+=,.@/-]+$/.test(who)) return `arn:aws:iam::${own}:${who}`;
  if (/^arn:aws:(?:iam|sts)::\d{12}:\S+$/.test(who)) return who;
  throw new CommandError(
    `"${who}" names nobody: use account, account:<id>, user/<name>, role/<name>, service:<name>, ` +
      "github:<owner>/<name>, oidc:<issuer> or an ARN",
    2,
  );
}

/** A condition that no statement has would be an open door that looks shut. */
function checkUse(wish: TrustWish, tokens: number): void {
  const { who, externalId, audience, subject, thumbprints } = wish;
  const principals = who.filter((each) => !/^(?:service|oidc|github):/.test(each)).length;
  if (externalId !== undefined && principals === 0) {
    throw new CommandError("--external-id is for accounts, users and roles", 2);
  }
  const isAboutTokens = (audience ?? subject ?? thumbprints[0]) !== undefined;
  if (isAboutTokens && tokens === 0) {
    throw new CommandError(
      "--audience, --subject and --thumbprint are for oidc:<issuer> and github:<owner>/<name>",
      2,
    );
  }
}

function statement(
  Action: string,
  Principal: TrustStatement["Principal"],
  Condition?: TrustStatement["Condition"],
): TrustStatement {
  const unconditional = { Effect: "Allow", Principal, Action } as const;
  return Condition === undefined ? unconditional : { ...unconditional, Condition };
}

function split(who: string): [kind: string, rest: string] {
  const colon = who.indexOf(":");
  return colon === -1 ? [who, ""] : [who.slice(0, colon), who.slice(colon + 1)];
}

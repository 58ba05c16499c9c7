import { createHash, randomBytes } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { sealSecret } from "./find-access-key.ts";
import type { Session, SessionClaims } from "./stored-credential.ts";
import { newSecretAccessKey, newUniqueId } from "./unique-id.ts";

/** What temporary credentials are to be. */
export interface SessionWish
  extends Pick<Session, "kind" | "owner" | "name" | "createdAt" | "expiresAt"> {
  readonly claims: Partial<Omit<SessionClaims, "tokenSha256">>;
  /** Characters that the session token has at least. */
  readonly tokenCharacters?: number | undefined;
}

/** Temporary credentials, as they are told once. */
export interface IssuedSession {
  readonly session: Session;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const tokenBytes = 96;

/** Credentials with these claims, not stored yet. Whether anybody may have them was decided before. */
export function makeSession(ports: Pick<Ports, "keys">, wish: SessionWish): IssuedSession {
  const { claims, tokenCharacters = 0, ...rest } = wish;
  const accessKeyId = newUniqueId("ASIA");
  const secretAccessKey = newSecretAccessKey();
  const wantedBytes = Math.ceil((tokenCharacters * 3) / 4);
  const sessionToken = randomBytes(Math.max(tokenBytes, wantedBytes)).toString("base64url");
  const session: Session = {
    ...rest,
    accessKeyId,
    sealedSecret: sealSecret(ports, accessKeyId, secretAccessKey),
    claims: {
      ...noClaims,
      ...claims,
      tokenSha256: createHash("sha256").update(sessionToken).digest("hex"),
    },
    lastUse: undefined,
  };
  return { session, secretAccessKey, sessionToken };
}

/** Credentials with these claims, good from now on. */
export async function issueSession(
  ports: Pick<Ports, "keys" | "metadata">,
  wish: SessionWish,
): Promise<IssuedSession> {
  const issued = makeSession(ports, wish);
  await ports.metadata.transaction((change) => change.identity.sessions.insert(issued.session));
  return issued;
}

/** A session that says nothing of its own. */
export const noClaims: SessionClaims = {
  tokenSha256: "",
  policies: [],
  policyArns: [],
  tags: [],
  transitiveTagKeys: [],
  sourceIdentity: undefined,
  isChained: false,
  federation: {},
  federatedProvider: undefined,
  description: undefined,
};

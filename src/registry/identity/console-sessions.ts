/**
 * Who is signed in to the console. A browser holds two things: a cookie that it cannot read, which
 * renews credentials and does nothing else, and credentials that end soon, in memory alone.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Role } from "./entity.ts";
import { type IssuedSession, issueSession, type SessionWish } from "./issue-session.ts";
import { sessionPrincipal } from "./load-principal.ts";
import type { Organization } from "./organization.ts";
import type { Principal } from "./principal.ts";
import type { Session, SessionClaims } from "./stored-credential.ts";

type SessionPorts = Pick<Ports, "metadata" | "memory" | "keys" | "clock">;

/** What a sign-in gives. */
export interface SignedIn {
  /** Of the cookie: `<id>.<token>`. */
  readonly cookie: string;
  /** When the cookie is worth nothing any more. */
  readonly expiresAt: number;
  readonly issued: IssuedSession;
}

const page = 100;

/**
 * Signs in who has proved to be this principal. What narrows the session that it proved it with narrows
 * the console too, and it ends no later.
 */
export async function openConsoleSession(
  ports: SessionPorts,
  principal: Principal,
): Promise<SignedIn> {
  const [id = "", name = ""] = principal.uniqueId.split(":");
  const now = ports.clock.now();
  const made =
    principal.session && (await ports.metadata.identity.sessions.find(principal.accessKeyId));
  return openFor(ports, {
    ...{ owner: { account: principal.account, id }, name },
    ...{ claims: { ...made?.claims, description: undefined }, createdAt: now },
    expiresAt: principal.expiresAt ?? Number.MAX_SAFE_INTEGER,
  });
}

/** A session of a role, for somebody whom an identity provider vouched for. */
export function openFederatedConsoleSession(
  ports: SessionPorts,
  role: Role,
  { name, claims }: Pick<SessionWish, "name" | "claims">,
): Promise<SignedIn> {
  const createdAt = ports.clock.now();
  const owner = { account: role.account, id: role.id };
  const expiresAt = createdAt + role.maxSessionSeconds * 1000;
  return openFor(ports, { owner, name, claims, createdAt, expiresAt });
}

async function openFor(ports: SessionPorts, wish: Omit<SessionWish, "kind">): Promise<SignedIn> {
  const most = wish.createdAt + limits.consoleSignInSeconds * 1000;
  const expiresAt = Math.min(most, wish.expiresAt);
  const { session, sessionToken } = await issueSession(ports, {
    ...wish,
    ...{ kind: "console-sign-in", expiresAt },
  });
  const cookie = `${session.accessKeyId}.${sessionToken}`;
  return { cookie, expiresAt, issued: await issueFor(ports, session) };
}

/**
 * Credentials for some time more.
 * @throws UnrecognizedClient when the cookie is none of a session that is open, whose holder is there
 */
export async function renewConsoleSession(
  ports: SessionPorts,
  organization: Organization,
  cookie: string,
): Promise<{ readonly issued: IssuedSession; readonly principal: Principal }> {
  const session = await openedBy(ports, cookie);
  const account = await ports.metadata.identity.accounts.find(session.owner.account);
  const acting = await sessionPrincipal(ports, organization, session);
  if (acting === undefined || account?.status !== "ACTIVE") throw signedOut();
  const issued = await issueFor(ports, session);
  // One that was closed meanwhile has looked for what it gave, maybe before this was there to be found.
  if ((await ports.metadata.identity.sessions.find(session.accessKeyId)) === undefined) {
    await ports.metadata.transaction(({ identity }) =>
      identity.sessions.remove(issued.session.accessKeyId),
    );
    throw signedOut();
  }
  return { issued, principal: { ...acting, accessKeyId: issued.session.accessKeyId } };
}

/** Ends the session and all credentials that it gave. One that is over already is no error. */
export async function closeConsoleSession(ports: SessionPorts, cookie: string): Promise<void> {
  const session = await openedBy(ports, cookie).catch((error: unknown) => {
    if (error instanceof RegistryError) return undefined;
    throw error;
  });
  if (session === undefined) return;
  await ports.metadata.transaction(({ identity }) => identity.sessions.remove(session.accessKeyId));
  // Only now: a renewal either stands among these, or finds that the session is over.
  const given = await givenBy(ports, session);
  await ports.metadata.transaction(async ({ identity }) => {
    for (const id of given) await identity.sessions.remove(id);
  });
  ports.memory.access.forgetPrincipals();
}

/** What a page has to show that it was sent by this console: another origin cannot read it. */
export function antiForgeryToken(cookie: string): string {
  return createHash("sha256").update("anti-forgery").update(cookie).digest("hex");
}

/** In constant time. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(a!, b!);
}

async function openedBy(ports: SessionPorts, cookie: string): Promise<Session> {
  const [id = "", token = ""] = cookie.split(".");
  const session = /^ASIA\w{16}$/.test(id)
    ? await ports.metadata.identity.sessions.find(id)
    : undefined;
  const sha256 = createHash("sha256").update(token).digest("hex");
  const isIt =
    session?.kind === "console-sign-in" &&
    session.expiresAt > ports.clock.now() &&
    isSameText(sha256, session.claims.tokenSha256);
  if (!isIt) throw signedOut();
  return session;
}

function issueFor(ports: SessionPorts, session: Session): Promise<IssuedSession> {
  const createdAt = ports.clock.now();
  const claims: Partial<SessionClaims> = { ...session.claims, description: session.accessKeyId };
  return issueSession(ports, {
    ...{ kind: "console", owner: session.owner, name: session.name, claims, createdAt },
    expiresAt: Math.min(createdAt + limits.consoleCredentialSeconds * 1000, session.expiresAt),
  });
}

/** Ids of the credentials that a session gave. */
async function givenBy(ports: SessionPorts, session: Session): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (;;) {
    const some = await ports.metadata.identity.sessions.of(session.owner, "console", {
      ...{ after, limit: page },
    });
    const own = some.filter(({ claims }) => claims.description === session.accessKeyId);
    ids.push(...own.map(({ accessKeyId }) => accessKeyId));
    if (some.length < page) return ids;
    after = some.at(-1)?.accessKeyId;
  }
}

function signedOut(): RegistryError {
  return new RegistryError("UnrecognizedClient", "Nobody is signed in. Sign in again.");
}

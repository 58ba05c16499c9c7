/**
 * Who is signed in. Credentials are in this module's memory and nowhere else; a cookie that no script
 * can read renews them.
 */
import { ApiError, errorOf, unreachable } from "./errors.ts";
import { type Keys, sendSigned } from "./signature.ts";

export interface SignedIn extends Required<Keys> {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly expiresAt: number;
  readonly account: string;
  readonly arn: string;
}

/** What the server tells before anybody is signed in. */
export interface Welcome {
  readonly account: string;
  readonly region: string;
  readonly regions: readonly string[];
  readonly domain: string;
  readonly version: string;
  readonly now: number;
  readonly host: string;
  readonly httpPort?: number;
  readonly httpsPort?: number;
}

export type SessionState =
  | { readonly kind: "unknown" | "out" | "ended" }
  | { readonly kind: "in"; readonly who: SignedIn };

const path = "/console/session";
/** Renewed this long before they end. */
const renewBeforeMs = 5 * 60_000;

let state: SessionState = { kind: "unknown" };
let renewing: Promise<SignedIn> | undefined;
const listeners = new Set<() => void>();
/** Other tabs of this browser. */
const tabs = new BroadcastChannel("entrepot-console");
tabs.onmessage = ({ data }) => {
  if (data === "in") void hearOfSignIn();
  else set({ kind: "out" });
};
/** Where somebody who has signed out here is signed in still. */
export interface SignedOutOf {
  readonly label: string;
  readonly url: string;
}
let provider: SignedOutOf | undefined;

export function signedInStill(): SignedOutOf | undefined {
  return provider;
}

/** Whether somebody has signed out here: whoever comes next may be somebody else. */
let hasSignedOut = false;

export function sessionState(): SessionState {
  return state;
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

export async function welcome(): Promise<Welcome> {
  return (await asked(fetch(path, { cache: "no-store" }))) as Welcome;
}

/** @throws ApiError that does not say which half was wrong */
export async function signInByKey(keys: Keys, region: string): Promise<void> {
  const scope = { region, service: "entrepot" };
  const answer = await asked(
    sendSigned(keys, scope, { method: "POST", path, signsIn: true }).catch(() => {
      throw new ApiError(unreachable, "The server cannot be reached.", 0, "");
    }),
  );
  enter(answer as SignedIn);
}

export async function signInByPassword(claim: {
  readonly account: string;
  readonly userName: string;
  readonly password: string;
  readonly newPassword?: string;
}): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await asked(
    fetch(`${path}/password`, { method: "POST", headers, body: JSON.stringify(claim) }),
  );
  enter(answer as SignedIn);
}

/** Who proved who they are. Other tabs, whose session had ended, go on as them. */
export function enter(who: SignedIn): void {
  set({ kind: "in", who });
  tabs.postMessage("in");
}

export function isAfterSignOut(): boolean {
  return hasSignedOut;
}

async function hearOfSignIn(): Promise<void> {
  // A page with something typed in waits for it; others ask when somebody comes back to them.
  if (state.kind === "ended") await renew().catch(() => undefined);
}

/** By the cookie, once for a page: who was signed in stays so. */
export async function resume(): Promise<void> {
  if (pageToken() === undefined) return set({ kind: "out" });
  await renew().catch((error: unknown) => {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) {
      return set({ kind: "out" });
    }
    throw error;
  });
}

/** @throws ApiError when the server could not be told: the session is still good then, and stays */
export async function signOut(): Promise<void> {
  const pending = asked(fetch(path, { method: "DELETE", headers: pageHeader() }));
  const answer = await pending.catch((error: unknown) => {
    // It does not know the session any more: that is what was asked for.
    if (!(error instanceof ApiError && error.status >= 400 && error.status < 500)) throw error;
    return {};
  });
  ({ provider } = answer as { readonly provider?: SignedOutOf });
  hasSignedOut = true;
  tabs.postMessage("out");
  set({ kind: "out" });
}

/** Credentials that are good for the next minutes. @throws ApiError when the session has ended */
export async function currentKeys(): Promise<SignedIn> {
  if (state.kind !== "in") throw ended();
  if (state.who.expiresAt - Date.now() > renewBeforeMs) return state.who;
  try {
    return await renew();
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) endSession();
    throw error;
  }
}

/** The server does not know the credentials any more: what is on the page stays. */
export function endSession(): void {
  if (state.kind === "in") set({ kind: "ended" });
}

function renew(): Promise<SignedIn> {
  renewing ??= asked(fetch(`${path}/renew`, { method: "POST", headers: pageHeader() }))
    .then((answer) => {
      const who = answer as SignedIn;
      set({ kind: "in", who });
      return who;
    })
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

function pageHeader(): Record<string, string> {
  return { "x-entrepot-console-page": pageToken() ?? "" };
}

/** Of the cookie that says that somebody is signed in, and that is not the one that proves it. */
function pageToken(): string | undefined {
  const pair = document.cookie
    .split("; ")
    .find((text) => text.startsWith("entrepot-console-page="));
  return pair?.split("=")[1] || undefined;
}

/** @throws ApiError */
export async function asked(pending: Promise<Response>): Promise<unknown> {
  const response = await pending.catch((error: unknown) => {
    if (error instanceof ApiError) throw error;
    throw new ApiError(unreachable, "The server cannot be reached.", 0, "");
  });
  if (!response.ok) throw await errorOf(response);
  return response.json();
}

function ended(): ApiError {
  return new ApiError("SessionEnded", "The session has ended. Sign in again.", 401, "");
}

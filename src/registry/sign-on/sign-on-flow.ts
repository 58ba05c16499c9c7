/**
 * What a browser holds between being sent to an identity provider and having a role: sealed, so that no
 * replica has to remember it, and good for some minutes.
 */
import { createHash } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import { RegistryError } from "../errors.ts";
import { freshBytes } from "../fresh-bytes.ts";
import { isSameText } from "../identity/console-sessions.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";

/** Somebody was sent to an identity provider. */
export interface SignOnFlow {
  readonly account: AccountId;
  /** The provider's URL without scheme. */
  readonly provider: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636, section 4.1. */
  readonly verifier: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

/** Somebody came back, and has to say which role it is to be. */
export interface SignOnChoice extends Pick<SignOnFlow, "account" | "provider" | "endsAt"> {
  readonly idToken: string;
}

type FlowPorts = Pick<Ports, "keys" | "clock">;

const purpose = "console-sign-on";
const choicePurpose = "console-sign-on-choice";
const secretBytes = 32;

export function newFlow(
  { clock }: Pick<Ports, "clock">,
  about: Pick<SignOnFlow, "account" | "provider" | "redirectUri">,
): SignOnFlow {
  const [state, nonce, verifier] = [freshText(), freshText(), freshText()];
  return { ...about, state, nonce, verifier, endsAt: clock.now() + limits.signOnMs };
}

/** RFC 7636, section 4.2. */
export function challengeOf({ verifier }: Pick<SignOnFlow, "verifier">): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** What the browser's cookie holds. */
export function sealFlow({ keys }: Pick<Ports, "keys">, flow: SignOnFlow): string {
  return sealToken(keys.secret(purpose), flow);
}

/**
 * The flow that was begun in this browser, and that an answer belongs to.
 * @throws AccessDenied
 */
export function openFlow({ keys, clock }: FlowPorts, cookie: string, state: string): SignOnFlow {
  const flow = openSealedToken(keys.secrets(purpose), cookie) as SignOnFlow | undefined;
  if (flow === undefined) throw notBegun();
  if (flow.endsAt <= clock.now()) throw tooLate();
  if (isSameText(flow.state, state)) return flow;
  throw new RegistryError(
    "AccessDenied",
    "This sign-in is unknown: another one was begun in this browser since, or the link is somebody else's. Sign in again.",
  );
}

/**
 * @param cookie what the browser's cookie holds from now on: without it the ticket is worth nothing
 * @param ticket for the page that asks which role it is to be
 */
export function sealChoice(
  { keys }: Pick<Ports, "keys">,
  choice: SignOnChoice,
): { readonly cookie: string; readonly ticket: string } {
  const cookie = freshText();
  return { cookie, ticket: sealToken(keys.secret(choicePurpose), choice, cookie) };
}

/** @throws AccessDenied */
export function openChoice({ keys, clock }: FlowPorts, cookie: string, ticket: string) {
  const secrets = keys.secrets(choicePurpose);
  const choice = openSealedToken(secrets, ticket, cookie) as SignOnChoice | undefined;
  if (choice === undefined) throw notBegun();
  if (choice.endsAt <= clock.now()) throw tooLate();
  return choice;
}

function freshText(): string {
  return freshBytes(secretBytes).toString("base64url");
}

function notBegun(): RegistryError {
  const sentence = "This sign-in is unknown: it was not begun in this browser. Sign in again.";
  return new RegistryError("AccessDenied", sentence);
}

function tooLate(): RegistryError {
  const minutes = limits.signOnMs / 60_000;
  const sentence = `This sign-in was begun more than ${minutes} minutes ago. Sign in again.`;
  return new RegistryError("AccessDenied", sentence);
}

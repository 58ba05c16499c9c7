import type { Service } from "../../operations/operation.ts";
import { ask } from "./ask.ts";
import { type ClientKey, CommandError } from "./client.ts";
import { signedCall } from "./signed-call.ts";

/** Where a server is, and in which of its regions it is asked. */
export interface ServerAddress {
  readonly origin: string;
  readonly region: string;
  /** A certificate to trust beside those of the system; "" for none. */
  readonly authority: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A refusal that the server gave a name. */
export class Refusal extends CommandError {
  /** As the service calls it: `NoSuchEntity`. */
  readonly code: string;

  constructor(origin: string, code: string, message: string) {
    super(`${origin} refuses: ${code}: ${message}`);
    this.code = code;
  }
}

/** Whether the server refused with this code. */
export function isRefusal(error: unknown, code: string): boolean {
  return error instanceof Refusal && error.code === code;
}

const replyCharacters = 16 * 1024 * 1024;

/**
 * Asks a running server for an operation, such as `iam:ListUsers`.
 * @param withinMs how long the answer may take, where that is longer than others do
 * @throws Refusal, and CommandError when nobody answers, or somebody who does not speak like this
 */
export async function callServer<Answer>(
  { origin, region, authority, now }: ServerAddress,
  key: ClientKey,
  operation: `${Service}:${string}`,
  input: object,
  withinMs?: number,
): Promise<Answer> {
  const [service, operationName] = operation.split(":") as [Service, string];
  const call = await signedCall(origin, region, { service, operationName, input }, key, now());
  const patience = withinMs === undefined ? {} : { withinMs };
  const question = { ...call, ca: authority, replyCharacters, ...patience };
  const { status, body } = await ask(`${origin}/`, question).catch((error: Error) => {
    const mend = "start the server, or name another with --endpoint";
    throw new CommandError(`${origin} cannot be reached: ${error.message}; ${mend}`);
  });
  const reply = parsed(body);
  if (status === 200 && reply !== undefined) return outputOf(reply, operationName) as Answer;
  const { code, message } = refusalOf(reply);
  if (code !== undefined) throw new Refusal(origin, code, message);
  const hint = status === 200 ? "with something else" : `with status ${status}`;
  throw new CommandError(`${origin} answers ${hint}; is it Entrepot?`);
}

export function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const reply = JSON.parse(body) as unknown;
    return typeof reply === "object" && reply !== null ? { ...reply } : undefined;
  } catch {
    return undefined; // Whatever answers there does not speak JSON.
  }
}

/** AWS Query wraps it, AWS JSON does not. */
function outputOf(reply: Record<string, unknown>, operationName: string): unknown {
  const response = reply[`${operationName}Response`];
  if (typeof response !== "object" || response === null) return reply;
  return (response as Record<string, unknown>)[`${operationName}Result`] ?? {};
}

interface WireRefusal {
  readonly __type?: string;
  readonly message?: string;
  readonly Error?: { readonly Code?: string; readonly Message?: string };
}

/** The encoded message that a denial ends with is for DecodeAuthorizationMessage, not for people. */
export function refusalOf(reply: WireRefusal = {}): { code: string | undefined; message: string } {
  const code = reply.Error?.Code ?? reply.__type;
  const message = reply.Error?.Message ?? reply.message ?? "";
  return { code, message: message.replace(/\.? Encoded authorization failure message: \S+$/, "") };
}

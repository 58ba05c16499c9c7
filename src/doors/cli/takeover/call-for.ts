import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import { Refusal } from "../call-server.ts";
import type { Answer, CallName, Input } from "../calls.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

const passing = new Set([
  "InternalFailure",
  "ServerException",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);
const callMs = 60_000;

/** A refusal by ECR's name. */
class NamedFailure extends TakeoverFailure {
  readonly code: string;

  constructor({ code: named, message }: Refusal) {
    // Some services name their errors with what they belong to.
    const code = named.slice(named.lastIndexOf("#") + 1);
    super(passing.has(code) ? "passing" : "refused", message);
    this.code = code;
  }
}

/** A call of taking over. @throws TakeoverFailure */
export async function callFor<Name extends CallName>(
  server: Server,
  name: Name,
  input: Input<Name>,
): Promise<Answer<Name>> {
  try {
    return await server.call(name, input, { withinMs: callMs });
  } catch (error) {
    if (error instanceof Refusal) throw new NamedFailure(error);
    // Nobody answers, or a proxy in the server's place.
    if (error instanceof CommandError) throw new TakeoverFailure("passing", error.message);
    throw error;
  }
}

/** `undefined` where the server refuses with this code. */
export async function unlessRefused<Result>(
  code: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NamedFailure && error.code === code) return undefined;
    throw error;
  }
}

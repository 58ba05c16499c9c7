import type { FastifyRequest } from "fastify";
import type { Operation } from "../../operations/operation.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { requireUsable } from "../../registry/identity/session-uses.ts";
import { arrivalOf, type EndpointOf } from "./arrival.ts";
import { beginLogin, finishLogin, type LoginEnvironment } from "./login.ts";
import { HeldBodies, readBody } from "./read-body.ts";
import type { Parameters } from "./request-head.ts";
import { keyOf } from "./signature.ts";

export interface SignedGetOptions extends Omit<LoginEnvironment, "clock"> {
  readonly ports: Pick<Ports, "clock">;
  readonly endpointOf?: EndpointOf;
}

export interface SignedGet {
  readonly caller: Caller;
  /** Those of the signature among them. */
  readonly parameters: Parameters;
  /**
   * Who the caller is by now, for answers that go on for long.
   * @throws RegistryError when the key is nobody's any more, or has expired
   */
  renew(): Promise<Caller>;
}

/**
 * Who sends a request without a body that is signed as calls of AWS are: in its header, or presigned.
 * For doors that answer such requests in their own way.
 */
export function signedGets(
  options: SignedGetOptions,
): (
  request: FastifyRequest,
  asked: Pick<Operation, "service" | "operationName">,
) => Promise<SignedGet> {
  const { ports, credentials, endpointOf } = options;
  const { clock } = ports;
  const environment: LoginEnvironment = { ...options, clock };
  return async (request, asked) => {
    const arrival = arrivalOf(request, endpointOf);
    const login = await beginLogin(environment, arrival, asked.service);
    const { sha256 } = await readBody(request.raw, new HeldBodies(), { limitBytes: 0 });
    const caller = await finishLogin(environment, arrival, login, sha256);
    requireUsable(caller.principal.session, asked);
    return {
      caller,
      parameters: arrival.head.query,
      async renew() {
        const { principal } = await keyOf(login.claim, credentials, clock);
        return { ...caller, principal };
      },
    };
  };
}

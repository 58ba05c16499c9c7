import { IncomingMessage } from "node:http";
import type { PrivateEndpoint } from "../../registry/private-endpoint.ts";

/** The public registry, or the mirror of other registries. */
export type Purpose = "mirror" | "public";

/**
 * A request that knows by what it came in, and its id. Maps from requests to such things would cost
 * every request more than all that is looked up in them.
 */
export class ReceivedRequest extends IncomingMessage {
  /** A UUID, once it is watched. */
  id = "";
  /** By which private endpoint it came. */
  endpoint: PrivateEndpoint | undefined;
  /** What alone is where it came in; `undefined`: everything else. */
  purpose: Purpose | undefined;
}

/** "" where it has none. */
export function requestIdOf(request: IncomingMessage): string {
  return request instanceof ReceivedRequest ? request.id : "";
}

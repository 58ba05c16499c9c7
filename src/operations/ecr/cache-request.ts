import type { Registry, RepositoryName } from "../../registry/names.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import type { CacheRequest } from "../../registry/pull-through-cache/cache-request.ts";
import type { HandlerContext } from "../operation.ts";

/** A call as the pull-through cache takes it. */
export function cacheRequest(
  given: HandlerContext,
  registry: Registry,
  name: RepositoryName,
): CacheRequest {
  const { ports, caller, unrecorded, afterwards = { push: () => 0 } } = given;
  const context = new RequestContext(caller, ports.clock.now());
  return { environment: given, unrecorded, caller, context, registry, name, afterwards };
}

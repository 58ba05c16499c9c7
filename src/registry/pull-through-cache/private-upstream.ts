import type { PeerRegistry } from "../../ports/peer-registry.ts";
import type { Deployment } from "../deployment.ts";
import { isAccountId, isRegion, type Registry } from "../names.ts";

/** A private registry of ECR as an upstream, and the way there. */
export interface PrivateUpstream {
  readonly registry: Registry;
  readonly way:
    | { readonly kind: "own" }
    /** `origin`: where the operator says that it is; absent where the peer says it. */
    | { readonly kind: "peer"; readonly peer: PeerRegistry; readonly origin: string | undefined };
}

type Ways = Pick<Deployment, "domain" | "peers" | "regions" | "upstreams">;

const shape = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.([a-z0-9.-]+?)(:\d{1,5})?$/;
const ecrDomain = "amazonaws.com";

/**
 * The registry that `<account>.dkr.ecr.<region>.<domain>` names, of AWS's domain or this deployment's
 * own; `undefined` for every other URL. Source: ECR, "Amazon ECR to Amazon ECR pull through cache".
 */
export function privateRegistryOf({ domain }: Pick<Ways, "domain">, url: string) {
  const [, account = "", region = "", parent, port] = shape.exec(url) ?? [];
  const isKnown = parent === domain || (parent === ecrDomain && port === undefined);
  if (!isKnown || !isAccountId(account) || !isRegion(region)) return undefined;
  return { account, region } satisfies Registry;
}

/**
 * How such a registry is asked: by a peer where `ENTREPOT_PEERS` binds its region, else inside this
 * deployment where that has the region. `undefined` for what is no such registry, where there is no way,
 * and where `ENTREPOT_UPSTREAMS` alone says where it is: then it is like any other upstream.
 */
export function privateUpstream(deployment: Ways, url: string): PrivateUpstream | undefined {
  const registry = privateRegistryOf(deployment, url);
  if (registry === undefined) return undefined;
  const origin = deployment.upstreams?.origins.get(url);
  const peer = deployment.peers?.get(registry.region);
  if (peer !== undefined) return { registry, way: { kind: "peer", peer, origin } };
  if (origin !== undefined || !deployment.regions.includes(registry.region)) return undefined;
  return { registry, way: { kind: "own" } };
}

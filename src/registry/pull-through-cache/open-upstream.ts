import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { CacheRule } from "./cache-rule.ts";
import { Upstream } from "./upstream.ts";
import { upstreamCredentials } from "./upstream-credentials.ts";
import { upstreamPlace } from "./upstream-place.ts";

/** What the operator says of upstreams. */
export interface UpstreamRules {
  /** By host, the origin that is asked instead. */
  readonly origins: ReadonlyMap<string, string>;
  /** Hosts that may give tokens, beside the upstreams themselves (D11). */
  readonly tokenRealms: ReadonlySet<string>;
}

/**
 * The upstream of a rule, with the rule's credentials. One that was asked before is the same one, so that
 * its tokens, and what is known of its health, are still there.
 * @throws UnsupportedUpstreamRegistry, and what `upstreamCredentials` throws
 */
export async function openUpstream(
  ports: Pick<Ports, "metadata" | "keys" | "memory" | "clock" | "egress">,
  rules: UpstreamRules | undefined,
  { registry, key, settings }: CacheRule,
): Promise<Upstream> {
  const place = upstreamPlace(settings.upstreamUrl);
  if (place === undefined) {
    throw new RegistryError("UnsupportedUpstreamRegistry", "The upstream is no registry.");
  }
  const { account, region } = registry;
  const origin = rules?.origins.get(place.host) ?? place.origin;
  const name = [account, region, key, origin, settings.credentialArn ?? ""].join(" ");
  const { known } = ports.memory.upstreams;
  const before = known.get(name);
  const now = ports.clock.now();
  if (before !== undefined && now < before.checkAt) return before.upstream;
  const { credentialArn } = settings;
  const basic =
    credentialArn === undefined
      ? undefined
      : await upstreamCredentials(ports, registry, credentialArn);
  const upstream =
    before?.basic === basic && before !== undefined
      ? before.upstream
      : new Upstream(
          ports.egress,
          {
            ...{ origin, basic, realms: [...place.realms, ...(rules?.tokenRealms ?? [])] },
            listing: "the operator lists it in ENTREPOT_UPSTREAM_TOKEN_REALMS",
          },
          ports.clock,
        );
  known.set(name, { basic, upstream, checkAt: now + cacheLimits.credentialsMs });
  return upstream;
}

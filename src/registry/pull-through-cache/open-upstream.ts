import { RegistryError } from "../errors.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { CacheParts } from "./cache-parts.ts";
import type { CacheRule } from "./cache-rule.ts";
import { privateUpstream } from "./private-upstream.ts";
import { RemoteUpstream } from "./remote-upstream.ts";
import { openRoleUpstream } from "./role-upstream.ts";
import type { Upstream } from "./upstream.ts";
import { upstreamCredentials } from "./upstream-credentials.ts";
import type { RememberedUpstream } from "./upstream-memory.ts";
import { type UpstreamPlace, upstreamPlace } from "./upstream-place.ts";

/**
 * The upstream of a rule, with the rule's credentials or as its role. One that was asked before is the
 * same one, so that its tokens, and what is known of its health, are still there.
 * @param remembered where it is looked for and kept: by default what this process knows
 * @throws UnsupportedUpstreamRegistry, and what `upstreamCredentials` and `openRoleUpstream` throw
 */
export async function openUpstream(
  parts: CacheParts,
  rule: CacheRule,
  remembered = parts.ports.memory.upstreams,
): Promise<Upstream> {
  const { ports, deployment } = parts;
  const { registry, key, settings } = rule;
  const place = upstreamPlace(settings.upstreamUrl);
  if (place === undefined) {
    throw new RegistryError("UnsupportedUpstreamRegistry", "The upstream is no registry.");
  }
  const { account, region } = registry;
  const origin = deployment.upstreams?.origins.get(place.host) ?? place.origin;
  const { credentialArn = "", customRoleArn = "" } = settings;
  const name = [account, region, key, origin, credentialArn, customRoleArn].join(" ");
  const { known } = remembered;
  const before = known.get(name);
  const now = ports.clock.now();
  if (before !== undefined && now < before.checkAt) return before.upstream;
  const ecr = privateUpstream(deployment, settings.upstreamUrl);
  // Who was not let in may be by now: somebody has put another password into the secret.
  const refused = () => known.delete(name);
  const opened =
    ecr === undefined
      ? await openRemote(parts, rule, { ...place, origin }, { before, refused })
      : {
          basic: undefined,
          upstream: await openRoleUpstream(parts, rule, ecr, { name, remembered }),
        };
  known.set(name, { ...opened, checkAt: now + cacheLimits.credentialsMs });
  return opened.upstream;
}

async function openRemote(
  { ports, deployment }: CacheParts,
  { registry, settings: { credentialArn } }: CacheRule,
  { origin, realms }: UpstreamPlace,
  { before, refused }: { before: RememberedUpstream | undefined; refused: () => void },
): Promise<Pick<RememberedUpstream, "basic" | "upstream">> {
  const basic =
    credentialArn === undefined
      ? undefined
      : await upstreamCredentials(ports, registry, credentialArn);
  if (before?.basic === basic && before !== undefined) return before;
  const access = {
    ...{ origin, basic, realms: [...realms, ...(deployment.upstreams?.tokenRealms ?? [])] },
    listing: "the operator lists it in ENTREPOT_UPSTREAM_TOKEN_REALMS",
  };
  return { basic, upstream: new RemoteUpstream(ports.egress, access, ports.clock, { refused }) };
}

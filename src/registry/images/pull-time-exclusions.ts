import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { registryKey } from "../identity/access-memory.ts";
import type { Principal } from "../identity/principal.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";
import type { PullTimeExclusion } from "./pull-time-exclusion.ts";

type ExclusionPorts = Pick<Ports, "metadata" | "memory" | "clock">;

/**
 * From here on, pulls by the user or by sessions of the role move no pull time in the registry; pull
 * secrets act as who made them. This process knows at once, others within `limits.identityCacheMs`.
 * Source: ECR API, RegisterPullTimeUpdateExclusion.
 * @throws ExclusionAlreadyExists, LimitExceeded
 */
export async function registerPullTimeExclusion(
  { metadata, memory, clock }: ExclusionPorts,
  registry: Registry,
  principalArn: string,
): Promise<PullTimeExclusion> {
  const exclusion = { registry, principalArn, createdAt: clock.now() };
  await metadata.transaction(async ({ identity, pullTimeExclusions }) => {
    await identity.accounts.lock(registry.account); // Two at once must not both be the hundredth.
    if (!(await pullTimeExclusions.insertIfAbsent(exclusion))) {
      throw new RegistryError(
        "ExclusionAlreadyExists",
        "The specified pull time update exclusion already exists for the registry.",
      );
    }
    const most = limits.pullTimeExclusions;
    if ((await pullTimeExclusions.list(registry, { limit: most + 1 })).length > most) {
      throw new RegistryError(
        "LimitExceeded",
        `A registry has at most ${most} pull time update exclusions.`,
      );
    }
  });
  memory.access.forgetPullTimeExclusions(registry);
  return exclusion;
}

/**
 * Pulls by the principal count again.
 * @throws ExclusionNotFound
 */
export async function deregisterPullTimeExclusion(
  { metadata, memory }: Pick<Ports, "metadata" | "memory">,
  registry: Registry,
  principalArn: string,
): Promise<void> {
  await metadata.transaction(async ({ pullTimeExclusions }) => {
    if (await pullTimeExclusions.remove(registry, principalArn)) return;
    throw new RegistryError(
      "ExclusionNotFound",
      "The specified pull time update exclusion was not found.",
    );
  });
  memory.access.forgetPullTimeExclusions(registry);
}

/**
 * Whether pulls by the principal do not count in the registry: at once where that is remembered, which
 * costs a pull nothing, else after one read. A session matches its role; root is never excluded, as
 * ECR takes ARNs of users and roles only.
 */
export function isPullExcluded(
  ports: ExclusionPorts,
  registry: Registry,
  { arn, roleArn = arn }: Pick<Principal, "arn" | "roleArn">,
): boolean | Promise<boolean> {
  const { pullTimeExclusions } = ports.memory.access;
  const key = registryKey(registry);
  const known = pullTimeExclusions.known(ports.clock, key);
  if (known !== undefined) return known.has(roleArn);
  return pullTimeExclusions
    .get(ports.clock, key, () => readExcluded(ports, registry))
    .then((excluded) => excluded.has(roleArn));
}

async function readExcluded(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<ReadonlySet<string>> {
  const limit = limits.pullTimeExclusions;
  const exclusions = await metadata.pullTimeExclusions.list(registry, { limit });
  return new Set(exclusions.map(({ principalArn }) => principalArn));
}

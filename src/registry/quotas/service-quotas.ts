import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { registryKey } from "../identity/access-memory.ts";
import { lifecycleLimits } from "../lifecycle/lifecycle-limits.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";

/** One of the bounds that every registry has. */
export interface ServiceQuota {
  /** That of AWS Service Quotas where it has one. */
  readonly code: string;
  readonly name: string;
  readonly unit: "None" | "Bytes" | "Characters";
  readonly defaultValue: number;
  /** Whether a registry may have another value. */
  readonly adjustable: boolean;
}

/** Source: AWS Service Quotas, service `ecr`. */
export const repositoriesQuota: ServiceQuota = {
  code: "L-CFEB8E8D",
  name: "Registered repositories",
  unit: "None",
  defaultValue: limits.repositoriesPerRegistry,
  adjustable: true,
};
export const imagesQuota: ServiceQuota = {
  code: "L-03A36CE1",
  name: "Images per repository",
  unit: "None",
  defaultValue: limits.imagesPerRepository,
  adjustable: true,
};

const fixed = (
  code: string,
  name: string,
  defaultValue: number,
  unit: ServiceQuota["unit"] = "None",
): ServiceQuota => ({ code, name, unit, defaultValue, adjustable: false });

/** Source: ECR, "Amazon ECR service quotas"; names as there. AWS shows no codes of those that are fixed. */
const serviceQuotas: readonly ServiceQuota[] = [
  repositoriesQuota,
  imagesQuota,
  fixed("tags-per-image", "Tags per image", limits.tagsPerImage),
  fixed("layer-parts", "Layer parts", limits.layerParts),
  fixed(
    "minimum-layer-part-size",
    "Minimum layer part size",
    limits.layerPartMinimumBytes,
    "Bytes",
  ),
  fixed("maximum-layer-part-size", "Maximum layer part size", limits.layerPartBytes, "Bytes"),
  fixed("maximum-layer-size", "Maximum layer size", limits.layerBytes, "Bytes"),
  fixed("maximum-manifest-size", "Maximum manifest size", limits.manifestBytes, "Bytes"),
  fixed("rules-per-lifecycle-policy", "Rules per lifecycle policy", 50),
  fixed(
    "lifecycle-policy-length",
    "Lifecycle policy length",
    lifecycleLimits.policyCharacters,
    "Characters",
  ),
  fixed(
    "repository-policy-length",
    "Length of a repository or registry policy",
    limits.policyCharacters,
    "Characters",
  ),
  fixed("tags-per-repository", "Tags per repository", limits.resourceTagsPerRepository),
  fixed(
    "tag-mutability-exclusion-filters",
    "Tag mutability exclusion filters per repository",
    limits.mutabilityFilters,
  ),
];

export interface AppliedServiceQuota extends ServiceQuota {
  readonly value: number;
}

/** All of them, as they are for the registry. */
export async function listServiceQuotas(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<AppliedServiceQuota[]> {
  const adjusted = await metadata.serviceQuotas.of(registry);
  return serviceQuotas.map((quota) => ({ ...quota, value: appliedValue(quota, adjusted) }));
}

/**
 * The registry's value. It may be as old as `limits.identityReadMs` where another replica changed it.
 */
export async function serviceQuotaValue(
  { metadata, memory, clock }: Pick<Ports, "metadata" | "memory" | "clock">,
  registry: Registry,
  quota: ServiceQuota,
): Promise<number> {
  const load = () => metadata.serviceQuotas.of(registry);
  return appliedValue(
    quota,
    await memory.access.serviceQuotas.get(clock, registryKey(registry), load),
  );
}

/** Out of what was read. */
export function appliedValue(quota: ServiceQuota, adjusted: ReadonlyMap<string, number>): number {
  return adjusted.get(quota.code) ?? quota.defaultValue;
}

/**
 * Gives the registry another value; what is there already stays, also when it is more.
 * @throws ResourceNotFound for no code of a service quota
 * @throws InvalidParameter for one that is not adjustable, and for a value that none may have
 */
export async function putServiceQuota(
  ports: Pick<Ports, "metadata" | "memory">,
  registry: Registry,
  code: string,
  value: number,
): Promise<AppliedServiceQuota> {
  const quota = findAdjustable(code);
  if (!Number.isSafeInteger(value) || value < 1 || value > limits.serviceQuotaMaximum) {
    throw invalidParameter(
      "desiredValue",
      `Member must be between 1 and ${limits.serviceQuotaMaximum}`,
    );
  }
  await ports.metadata.transaction((change) => change.serviceQuotas.put(registry, code, value));
  ports.memory.access.forgetServiceQuotas(registry);
  return { ...quota, value };
}

/**
 * Gives the registry the value that every registry has.
 * @throws ResourceNotFound for no code of a service quota
 * @throws InvalidParameter for one that is not adjustable
 */
export async function deleteServiceQuota(
  ports: Pick<Ports, "metadata" | "memory">,
  registry: Registry,
  code: string,
): Promise<AppliedServiceQuota> {
  const quota = findAdjustable(code);
  await ports.metadata.transaction((change) => change.serviceQuotas.remove(registry, code));
  ports.memory.access.forgetServiceQuotas(registry);
  return { ...quota, value: quota.defaultValue };
}

function findAdjustable(code: string): ServiceQuota {
  const quota = serviceQuotas.find((each) => each.code === code);
  if (quota === undefined) {
    throw new RegistryError(
      "ResourceNotFound",
      `There is no service quota with the code '${code}'`,
    );
  }
  if (quota.adjustable) return quota;
  throw invalidParameter("quotaCode", `the quota '${quota.name}' is not adjustable`);
}

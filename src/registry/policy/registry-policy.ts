import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addRegistryPolicyEvent } from "../events/policy-change-event.ts";
import type { Registry } from "../names.ts";
import { getAccountSetting } from "../repositories/account-settings.ts";
import { checkedPolicyText, shownPolicyText } from "./resource-policy-text.ts";

/**
 * Replaces the registry's policy, and gives it back in ECR's form.
 * @throws InvalidParameter for what is no registry policy, or says more than REGISTRY_POLICY_SCOPE
 *   lets it
 */
export async function putRegistryPolicy(
  ports: Ports,
  registry: Registry,
  text: string,
): Promise<string> {
  const kind = await registryPolicyKind(ports, registry);
  const stored = await checkedPolicyText(ports, text, kind);
  await ports.metadata.transaction(async (change) => {
    const before = await change.resourcePolicies.ofRegistry(registry);
    const at = ports.clock.now();
    await change.resourcePolicies.putOfRegistry(registry, stored, at);
    if (before !== stored) await addRegistryPolicyEvent(change, registry, { action: "PUT", at });
  });
  ports.memory.access.forgetRegistry(registry);
  return shownPolicyText(ports, stored);
}

/** @throws RegistryPolicyNotFound */
export async function getRegistryPolicy(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<string> {
  const stored = await ports.metadata.resourcePolicies.ofRegistry(registry);
  if (stored === undefined) throw noPolicy(registry);
  return shownPolicyText(ports, stored);
}

/**
 * Removes the policy, and gives it back once more.
 * @throws RegistryPolicyNotFound
 */
export async function deleteRegistryPolicy(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  registry: Registry,
): Promise<string> {
  const stored = await ports.metadata.transaction(async (change) => {
    const policy = await change.resourcePolicies.ofRegistry(registry);
    if (policy === undefined) throw noPolicy(registry);
    await change.resourcePolicies.removeOfRegistry(registry);
    await addRegistryPolicyEvent(change, registry, { action: "DELETE", at: ports.clock.now() });
    return policy;
  });
  ports.memory.access.forgetRegistry(registry);
  return shownPolicyText(ports, stored);
}

/** What a registry's policy may say now. */
export async function registryPolicyKind(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<"registry" | "registry-v1"> {
  const { value } = await getAccountSetting(ports, registry, "REGISTRY_POLICY_SCOPE");
  return value === "V1" ? "registry-v1" : "registry";
}

function noPolicy({ account }: Registry): RegistryError {
  return new RegistryError(
    "RegistryPolicyNotFound",
    `Registry policy does not exist in the registry with id '${account}'`,
  );
}

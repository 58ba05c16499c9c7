import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { deleteLifecycle, putLifecycle } from "../lifecycle/put-lifecycle.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { deleteRepositoryPolicy, setRepositoryPolicy } from "../policy/repository-policy.ts";
import { repositoryTags, tagRepository, untagRepository } from "../repositories/resource-tags.ts";
import { setTagMutability } from "../repositories/tag-mutability.ts";
import type { SettingValues } from "./carried-settings.ts";

/**
 * Gives a repository of this deployment the settings of another.
 * @throws RepositoryNotFound, InvalidParameter
 */
export async function putSettingsHere(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  { policy, lifecycle, mutability, tags }: SettingValues,
  caller: Caller,
): Promise<void> {
  if (policy?.text !== undefined) {
    const forced = { caller, force: true };
    await setRepositoryPolicy(ports, { registry, name }, policy.text, forced);
  } else if (policy !== undefined) {
    await unless("RepositoryPolicyNotFound", deleteRepositoryPolicy(ports, registry, name));
  }
  if (lifecycle?.text !== undefined) {
    await putLifecycle(ports, registry, name, { policy: lifecycle.text });
  } else if (lifecycle !== undefined) {
    await unless("LifecyclePolicyNotFound", deleteLifecycle(ports, registry, name, "policy"));
  }
  if (mutability !== undefined) await setTagMutability(ports, registry, name, mutability);
  if (tags !== undefined) {
    const known = await repositoryTags(ports, registry, name);
    const gone = known.map(({ key }) => key).filter((key) => !tags.has(key));
    await untagRepository(ports, registry, name, gone);
    await tagRepository(ports, registry, name, tags);
  }
}

async function unless(
  kind: "RepositoryPolicyNotFound" | "LifecyclePolicyNotFound",
  asked: Promise<unknown>,
): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!isRegistryError(error, kind)) throw error;
  }
}

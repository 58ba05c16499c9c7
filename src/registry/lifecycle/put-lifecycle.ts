import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { recordSetting } from "../replication/carried-settings.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";
import type { LifecycleTexts, StoredLifecycle } from "./stored-lifecycle.ts";

/**
 * Puts a lifecycle policy, or what stands beside it, in the place of what the repository had; the other
 * one stays. It is looked at in the worker's next round. Source: ECR, PutLifecyclePolicy.
 * @throws RepositoryNotFound
 * @throws InvalidParameter where the text is none, or has a priority in common with the other one
 */
export function putLifecycle(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  texts: Partial<LifecycleTexts>,
): Promise<StoredLifecycle> {
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const before = await change.lifecycle.find(repository);
    const next: StoredLifecycle = {
      repository: { registry, id: repository.id },
      policy: before?.policy,
      extension: before?.extension,
      evaluatedAt: before?.evaluatedAt,
      ...texts,
      version: (before?.version ?? 0) + 1,
      putAt: now,
      changes: (before?.changes ?? 0) + 1,
    };
    lifecycleRules(next, ports.tagPatterns);
    await change.lifecycle.put(next);
    await change.lifecycle.setDue(repository, now);
    if (texts.policy !== before?.policy) {
      await recordSetting(ports, change, repository, "LIFECYCLE_POLICY");
    }
    return next;
  });
}

/**
 * Takes one of the two texts away, and returns what was there.
 * @throws RepositoryNotFound
 * @throws LifecyclePolicyNotFound where that one is not there
 */
export function deleteLifecycle(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  which: keyof LifecycleTexts,
): Promise<StoredLifecycle> {
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const before = await change.lifecycle.find(repository);
    if (before?.[which] === undefined) throw lifecycleNotFound(registry, name);
    const { version, changes } = before;
    const next = { ...before, [which]: undefined, version: version + 1, changes: changes + 1 };
    const isLast = next.policy === undefined && next.extension === undefined;
    if (isLast) await change.lifecycle.remove(repository);
    else await change.lifecycle.put({ ...next, putAt: now });
    await change.lifecycle.setDue(repository, isLast ? undefined : now);
    if (which === "policy") await recordSetting(ports, change, repository, "LIFECYCLE_POLICY");
    return before;
  });
}

/**
 * @param which of the two must be there; without, one of them
 * @throws RepositoryNotFound, LifecyclePolicyNotFound
 */
export async function findLifecycle(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  which?: keyof LifecycleTexts,
): Promise<StoredLifecycle> {
  const repository = await findRepository(ports, registry, name);
  const found = await ports.metadata.lifecycle.find(repository);
  if (found === undefined || (which !== undefined && found[which] === undefined)) {
    throw lifecycleNotFound(registry, name);
  }
  return found;
}

export function lifecycleNotFound(registry: Registry, name: RepositoryName): RegistryError {
  return new RegistryError(
    "LifecyclePolicyNotFound",
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${registry.account}'`,
  );
}

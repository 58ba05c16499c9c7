import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addRepositoryPolicyEvent } from "../events/policy-change-event.ts";
import type { Caller } from "../identity/principal.ts";
import { isPublicRegistry, type Registry, type RepositoryName } from "../names.ts";
import { recordSetting } from "../replication/carried-settings.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import { judge, repositoryAsResource } from "./authorize.ts";
import { evaluate } from "./evaluate.ts";
import type { Attached } from "./policy-request.ts";
import { RequestContext } from "./request-context.ts";
import { registryAccess, repositoryPolicyKind } from "./resource-access.ts";
import { checkedPolicyText, policyRefusal, shownPolicyText } from "./resource-policy-text.ts";

function actionIn(registry: Registry): string {
  return isPublicRegistry(registry) ? "ecr-public:SetRepositoryPolicy" : "ecr:SetRepositoryPolicy";
}

/**
 * Replaces the repository's policy, and gives it back in ECR's form.
 * @throws InvalidParameter for what is no repository policy, and for one under which the caller could
 *   not set another, unless `force` says that this is meant
 * @throws RepositoryNotFound
 */
export async function setRepositoryPolicy(
  ports: Ports,
  { registry, name }: { readonly registry: Registry; readonly name: RepositoryName },
  text: string,
  { caller, force }: { readonly caller: Caller; readonly force: boolean },
): Promise<string> {
  const stored = await checkedPolicyText(ports, text, repositoryPolicyKind(registry));
  if (!force) await requireNoLockOut(ports, { registry, name }, stored, caller);
  await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const before = await change.resourcePolicies.ofRepository(repository);
    const at = ports.clock.now();
    await change.resourcePolicies.putOfRepository(repository, stored, at);
    if (before !== stored) {
      await addRepositoryPolicyEvent(change, repository, { action: "PUT", at });
      await recordSetting(ports, change, repository, "REPOSITORY_POLICY");
    }
  });
  ports.memory.access.forgetRepository(registry, name);
  return shownPolicyText(ports, stored);
}

/** @throws RepositoryNotFound, RepositoryPolicyNotFound */
export async function getRepositoryPolicy(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  name: RepositoryName,
): Promise<string> {
  const repository = await findRepository(ports, registry, name);
  const stored = await ports.metadata.resourcePolicies.ofRepository(repository);
  if (stored === undefined) throw noPolicy(registry, name);
  return shownPolicyText(ports, stored);
}

/**
 * Removes the policy, and gives it back once more.
 * @throws RepositoryNotFound, RepositoryPolicyNotFound
 */
export async function deleteRepositoryPolicy(
  ports: Pick<Ports, "metadata" | "memory" | "clock" | "onBehalfOf">,
  registry: Registry,
  name: RepositoryName,
): Promise<string> {
  const stored = await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const policy = await change.resourcePolicies.ofRepository(repository);
    if (policy === undefined) throw noPolicy(registry, name);
    await change.resourcePolicies.removeOfRepository(repository);
    const at = ports.clock.now();
    await addRepositoryPolicyEvent(change, repository, { action: "DELETE", at });
    await recordSetting(ports, change, repository, "REPOSITORY_POLICY");
    return policy;
  });
  ports.memory.access.forgetRepository(registry, name);
  return shownPolicyText(ports, stored);
}

/** Asks the guard as it will be asked when the policy is in force. */
async function requireNoLockOut(
  ports: Ports,
  { registry, name }: { readonly registry: Registry; readonly name: RepositoryName },
  stored: string,
  caller: Caller,
): Promise<void> {
  const { principal } = caller;
  const resource = repositoryAsResource(registry, name);
  const action = actionIn(registry);
  const context = new RequestContext(caller, ports.clock.now());
  const now = await judge(ports, principal, action, resource, context);
  const compiled = ports.memory.access.documents.compile(repositoryPolicyKind(registry), stored);
  const wanted: Attached = {
    source: `policy of repository ${name}`,
    type: "repository policy",
    compiled,
  };
  const { policies: onAll, onlyFor } = await registryAccess(ports, registry);
  const ofRegistry = onlyFor === undefined ? onAll : [];
  const decision = evaluate(
    { principal, action, resource, context: now.context },
    { ...now.policies, resource: [wanted, ...ofRegistry] },
    { grants: "either" },
  );
  if (decision.allowed) return;
  throw policyRefusal(
    "The new repository policy will not allow you to update the repository policy in the future. Set force to apply it all the same",
  );
}

function noPolicy({ account }: Registry, name: RepositoryName): RegistryError {
  return new RegistryError(
    "RepositoryPolicyNotFound",
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${account}'`,
  );
}

import type { Ports } from "../../ports/ports.ts";
import { registryKey, repositoryKey } from "../identity/access-memory.ts";
import { type AccountId, isPublicRegistry, type Registry, type RepositoryName } from "../names.ts";
import { getAccountSetting } from "../repositories/account-settings.ts";
import type { RegistryAccess } from "./registry-access.ts";

/** What REGISTRY_POLICY_SCOPE V1 leaves in force, whatever the text says beside. Source: ECR 3.4. */
const scopeV1: ReadonlySet<string> = new Set([
  "ecr:ReplicateImage",
  "ecr:BatchImportUpstreamImage",
  "ecr:CreateRepository",
]);

/** A public repository's policy is about actions of ECR Public. */
export function repositoryPolicyKind(registry: Registry): "repository" | "public-repository" {
  return isPublicRegistry(registry) ? "public-repository" : "repository";
}

type AccessPorts = Pick<Ports, "metadata" | "clock" | "memory">;

const nothing: RegistryAccess = { policies: [], conditions: new Map() };

/** Policy and tags of a repository; the same as one without either where there is none (I7). */
export function repositoryAccess(
  ports: AccessPorts,
  registry: Registry,
  name: RepositoryName,
): RegistryAccess | Promise<RegistryAccess> {
  const { repositories } = ports.memory.access;
  const key = repositoryKey(registry, name);
  return repositories.now(ports.clock, key, () => readRepository(ports, registry, name));
}

/** The registry policy, in force as REGISTRY_POLICY_SCOPE says. */
export function registryAccess(
  ports: AccessPorts,
  registry: Registry,
): RegistryAccess | Promise<RegistryAccess> {
  const { registries } = ports.memory.access;
  return registries.now(ports.clock, registryKey(registry), () => readRegistry(ports, registry));
}

/**
 * Whether the account is closed: what its policies open to others is closed then, too. Source: AWS
 * Account Management, "Close an AWS account".
 */
export function isShut({ metadata, memory, clock }: AccessPorts, id: AccountId): Promise<boolean> {
  return memory.access.shutAccounts.get(clock, id, async () => {
    const account = await metadata.identity.accounts.find(id);
    return account?.status === "SUSPENDED";
  });
}

async function readRepository(
  { metadata, memory }: AccessPorts,
  registry: Registry,
  name: RepositoryName,
): Promise<RegistryAccess> {
  const found = await metadata.resourcePolicies.access(registry, name);
  if (found === undefined) return nothing;
  const conditions = new Map<string, string>();
  const service = isPublicRegistry(registry) ? "ecr-public" : "ecr";
  for (const [key, value] of found.resourceTags) {
    conditions.set(`aws:resourcetag/${key.toLowerCase()}`, value);
    conditions.set(`${service}:resourcetag/${key.toLowerCase()}`, value);
  }
  if (found.policy === undefined) return { policies: [], conditions };
  const compiled = memory.access.documents.compile(repositoryPolicyKind(registry), found.policy);
  const source = `policy of repository ${name}`;
  return { policies: [{ source, type: "repository policy", compiled }], conditions };
}

async function readRegistry(ports: AccessPorts, registry: Registry): Promise<RegistryAccess> {
  const document = await ports.metadata.resourcePolicies.ofRegistry(registry);
  if (document === undefined) return nothing;
  const scope = await getAccountSetting(ports, registry, "REGISTRY_POLICY_SCOPE");
  const compiled = ports.memory.access.documents.compile("registry", document);
  const source = `policy of registry ${registry.account} in ${registry.region}`;
  return {
    policies: [{ source, type: "registry policy", compiled }],
    conditions: nothing.conditions,
    onlyFor: scope.value === "V1" ? scopeV1 : undefined,
  };
}

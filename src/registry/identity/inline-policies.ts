import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { EntityName } from "./attached-policies.ts";
import { checkPolicy, countedCharacters } from "./check-policy.ts";
import type { Entity, EntityKind } from "./entity.ts";
import { lockEntity } from "./find-entity.ts";
import type { InlinePolicy } from "./managed-policy.ts";
import { requireModifiable } from "./protected-role.ts";

type ChangePorts = Pick<Ports, "metadata" | "memory">;

/** Of all inline policies of an entity together. */
const quotas: Readonly<Record<EntityKind, number>> = {
  user: limits.userPolicyCharacters,
  group: limits.groupPolicyCharacters,
  role: limits.rolePolicyCharacters,
};

/**
 * Puts the inline policy in place of one of the same name, if there is one.
 * @throws NoSuchEntity, MalformedPolicyDocument, LimitExceeded, UnmodifiableEntity
 */
export async function putInlinePolicy(
  ports: ChangePorts,
  { account, kind, name }: EntityName,
  policy: InlinePolicy,
): Promise<void> {
  checkPolicy(policy.document, "identity");
  await ports.metadata.transaction(async (change) => {
    const entity = await lockEntity(change, account, kind, name);
    requireModifiable(entity);
    const others = (await change.identity.policies.inline(entity)).filter(
      (other) => other.name !== policy.name,
    );
    const sizes = [policy, ...others].map(({ document }) => countedCharacters(document));
    if (sizes.reduce((sum, size) => sum + size, 0) > quotas[kind]) {
      throw new RegistryError(
        "LimitExceeded",
        `Maximum policy size of ${quotas[kind]} bytes exceeded for ${kind} ${entity.name}`,
      );
    }
    await change.identity.policies.putInline(entity, policy);
  });
  ports.memory.access.forgetPrincipals();
}

/** @throws NoSuchEntity */
export async function findInlinePolicy(
  { metadata }: Pick<Ports, "metadata">,
  entity: Entity,
  policyName: string,
): Promise<InlinePolicy> {
  const policies = await metadata.identity.policies.inline(entity);
  return policies.find(({ name }) => name === policyName) ?? refuse(entity.kind, policyName);
}

/** @throws NoSuchEntity also where the entity has no such policy; UnmodifiableEntity */
export async function removeInlinePolicy(
  ports: ChangePorts,
  { account, kind, name }: EntityName,
  policyName: string,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const entity = await lockEntity(change, account, kind, name);
    requireModifiable(entity);
    if (!(await change.identity.policies.removeInline(entity, policyName))) {
      refuse(kind, policyName);
    }
  });
  ports.memory.access.forgetPrincipals();
}

function refuse(kind: EntityKind, policyName: string): never {
  throw new RegistryError(
    "NoSuchEntity",
    `The ${kind} policy with name ${policyName} cannot be found.`,
  );
}

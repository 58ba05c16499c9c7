import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { quotaExceeded } from "./check-policy.ts";
import type { EntityKind } from "./entity.ts";
import { lockEntity } from "./find-entity.ts";
import { holdAttachable } from "./find-managed-policy.ts";
import { requireModifiable } from "./protected-role.ts";

type ChangePorts = Pick<Ports, "metadata" | "memory">;

/** A user, group or role by its name. */
export interface EntityName {
  readonly account: AccountId;
  readonly kind: EntityKind;
  readonly name: string;
}

const quotas: Readonly<Record<EntityKind, string>> = {
  user: "PoliciesPerUser",
  group: "PoliciesPerGroup",
  role: "PoliciesPerRole",
};

/**
 * Gives an entity a managed policy; that it has it already is no error.
 * @throws NoSuchEntity, PolicyNotAttachable, LimitExceeded, UnmodifiableEntity
 */
export async function attachPolicy(
  ports: ChangePorts,
  { account, kind, name }: EntityName,
  arn: string,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const entity = await lockEntity(change, account, kind, name);
    requireModifiable(entity);
    await holdAttachable(change, account, arn);
    const { policies } = change.identity;
    const attached = await policies.attached(entity);
    if (attached.includes(arn)) return;
    const quota = limits.policiesPerEntity;
    if (attached.length >= quota) throw quotaExceeded(quotas[kind], quota);
    await policies.attach(entity, arn);
  });
  ports.memory.access.forgetPrincipals();
}

/** @throws NoSuchEntity also where the entity does not have the policy; UnmodifiableEntity */
export async function detachPolicy(
  ports: ChangePorts,
  { account, kind, name }: EntityName,
  arn: string,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const entity = await lockEntity(change, account, kind, name);
    requireModifiable(entity);
    if (await change.identity.policies.detach(entity, arn)) return;
    throw new RegistryError("NoSuchEntity", `Policy ${arn} was not found.`);
  });
  ports.memory.access.forgetPrincipals();
}

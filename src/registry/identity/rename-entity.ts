import type { Ports } from "../../ports/ports.ts";
import type { AccountId } from "../names.ts";
import { taken } from "./add-entity.ts";
import { lockEntity } from "./find-entity.ts";

/**
 * Gives a user or group another name, path or both. It keeps its unique id, and with it its policies,
 * memberships and keys; tokens that name its former ARN are void.
 * @throws NoSuchEntity, EntityAlreadyExists
 */
export async function renameEntity(
  ports: Pick<Ports, "metadata" | "memory">,
  {
    account,
    kind,
    name,
  }: { readonly account: AccountId; readonly kind: "user" | "group"; readonly name: string },
  to: { readonly name: string | undefined; readonly path: string | undefined },
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const entity = await lockEntity(change, account, kind, name);
    const next = { ...entity, name: to.name ?? entity.name, path: to.path ?? entity.path };
    if (!(await change.identity.entities.replace(next))) throw taken(kind, next.name);
  });
  ports.memory.access.forgetPrincipals();
}

import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant } from "../errors.ts";
import type { AccountId } from "../names.ts";
import type { EntityKind, EntityOf } from "./entity.ts";
import { lockEntity } from "./find-entity.ts";

/**
 * Changes what an entity says of itself but its name, in one transaction, and at once for this process.
 * `apply` may run more than once; what it throws leaves everything as it was.
 * @throws NoSuchEntity
 */
export async function changeEntity<Kind extends EntityKind>(
  ports: Pick<Ports, "metadata" | "memory">,
  { account, kind, name }: { account: AccountId; kind: Kind; name: string },
  apply: (
    entity: EntityOf<Kind>,
    change: MetadataChange,
  ) => EntityOf<Kind> | Promise<EntityOf<Kind>>,
): Promise<EntityOf<Kind>> {
  const changed = await ports.metadata.transaction(async (change) => {
    const entity = await lockEntity(change, account, kind, name);
    const next = await apply(entity, change);
    const isReplaced = await change.identity.entities.replace(next);
    invariant(isReplaced, "an entity that keeps its name can be replaced");
    return next;
  });
  ports.memory.access.forgetPrincipals();
  return changed;
}

import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import { retireGrants } from "../repositories/claim-key.ts";
import { lockUnderWay } from "./lock-under-way.ts";
import type { Rekey } from "./rekey.ts";

/** Writes down that nothing is under the old key any more, and retires what was granted on it. */
export async function endRekey(ports: Ports, rekey: Rekey): Promise<void> {
  const now = ports.clock.now();
  const { from, repository } = rekey;
  await ports.metadata.transaction(async (change) => {
    const current = await lockUnderWay(change, rekey);
    if (current === undefined) return;
    await retireGrants(change, { id: repository.id, encryption: from });
    await change.rekeys.put({ ...current, finishedAt: now, position: "", failure: undefined });
    const { objects, rewrapped, copied, adopted, to } = current;
    await noteService(ports, change, {
      ...{ registry: repository.registry, eventSource: "entrepot", eventName: "RekeyEvent" },
      details: { repositoryId: repository.id, from, to, objects, rewrapped, copied, adopted },
    });
  });
  if ("keyArn" in from) ports.memory.access.forgetKmsKey(parseKmsKeyArn(from.keyArn));
}

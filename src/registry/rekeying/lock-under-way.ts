import type { MetadataChange } from "../../ports/metadata-store.ts";
import { isUnderWay, type Rekey } from "./rekey.ts";

/**
 * Locks the repository, and looks at how far it is.
 * @returns `undefined` where it is not as it was read: it was ended, deleted, or gone on with by
 * another worker
 */
export async function lockUnderWay(
  change: MetadataChange,
  rekey: Rekey,
): Promise<Rekey | undefined> {
  const [repository, current] = await Promise.all([
    change.repositories.lockById(rekey.repository),
    change.rekeys.find(rekey.repository),
  ]);
  if (repository === undefined || !isUnderWay(current)) return undefined;
  const { startedAt, phase, position } = current;
  const isSame =
    startedAt === rekey.startedAt && phase === rekey.phase && position === rekey.position;
  return isSame ? current : undefined;
}

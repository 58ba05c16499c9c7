import type { Archive } from "../ports/archive.ts";
import type { Ports } from "../ports/ports.ts";
import type { RowStore } from "../ports/row-copy.ts";
import type { AccountId, ObjectId } from "../registry/names.ts";
import { beginCopy, endCopy, unfinishedCopy } from "../registry/unfinished-copy.ts";
import type { CopyProgress } from "./backup.ts";
import { firstFilledTable } from "./copy/carried-rows.ts";
import { syncRows } from "./copy/sync-rows.ts";
import { type Verified, verifyCopy } from "./copy/verify-copy.ts";

/** Where copies go: a store that nobody serves. */
export interface CopyTarget {
  readonly ports: Ports;
  readonly rows: RowStore;
  readonly account: AccountId;
  /** @throws when the master key does not open what is stored */
  checkKeys(): Promise<void>;
}

export interface RestoreOptions {
  /** Open every object again when it is there. */
  readonly verifyBytes: boolean;
  readonly onProgress: (progress: CopyProgress) => void;
}

export interface Restored extends Verified {
  /** Whether an earlier run was broken off, and this one went on from there. */
  readonly resumed: boolean;
  readonly bytes: number;
}

/**
 * Brings what is in the archive into an empty store, or goes on with that. Every byte of an object is
 * compared with what was written down of it.
 * @throws with a sentence when the store is not empty, or the archive is of another schema or damaged;
 *   then the store is not served until the same archive was restored
 */
export async function restore(
  archive: Archive,
  target: CopyTarget,
  { verifyBytes, onProgress }: RestoreOptions,
): Promise<Restored> {
  const { facts } = archive;
  const { ports, rows } = target;
  if (facts.schemaVersion !== rows.schemaVersion) {
    throw new Error(
      `The backup has schema ${facts.schemaVersion}, and this Entrepot ${rows.schemaVersion}: ` +
        `restore it with Entrepot ${facts.version}, which wrote it.`,
    );
  }
  const resumed = await claimTarget(target, `backup ${facts.id}`);
  const totalBytes = facts.objectBytes;
  let copiedBytes = 0;
  const { bytes } = await syncRows({
    wanted: archive.rows,
    rows,
    blobs: ports.blobs,
    objects: { open: (row) => archive.open(row.id as ObjectId) },
    isResumed: resumed,
    keysAreThere: () => target.checkKeys(),
    copied: (lengthBytes) => {
      copiedBytes += lengthBytes;
      onProgress({ copiedBytes, totalBytes });
    },
  });
  const verified = await verifyCopy(ports, { verifyBytes, isResumed: resumed });
  await endCopy(ports.metadata, target.account);
  return { ...verified, resumed, bytes };
}

/**
 * Keeps the store from being served until all of `what` is there. Resolves to whether that had begun.
 * @throws when the store holds anything else
 */
export async function claimTarget(
  { ports, rows, account }: CopyTarget,
  what: string,
): Promise<boolean> {
  const begun = await unfinishedCopy(ports.metadata, account);
  if (begun === what) return true;
  if (begun !== undefined) {
    throw new Error(`The store to copy into holds a part of the ${begun}: it has to be empty`);
  }
  const filled = await firstFilledTable(rows);
  if (filled !== undefined) {
    throw new Error(
      `The store to copy into is in use already (there are rows of ${filled}): it has to be empty`,
    );
  }
  await beginCopy(ports.metadata, account, what);
  return false;
}

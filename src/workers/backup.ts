import { randomUUID } from "node:crypto";
import type { ArchiveDraft, ArchiveFacts } from "../ports/archive.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Clock } from "../ports/clock.ts";
import { type CopiedRow, copiedTable, type RowSource } from "../ports/row-copy.ts";
import type { ObjectId } from "../registry/names.ts";
import { hasBytes, objectsOf } from "./copy/copy-object.ts";
import { exportRows } from "./copy/export-rows.ts";

export interface BackupSource {
  readonly rows: RowSource;
  readonly blobs: Pick<BlobStore, "open">;
}

export interface CopyProgress {
  readonly copiedBytes: number;
  readonly totalBytes: number;
}

export interface BackupOptions {
  readonly clock: Clock;
  readonly version: string;
  /** Put in beside the rest. */
  readonly masterKey: Uint8Array | undefined;
  readonly onProgress: (progress: CopyProgress) => void;
}

/**
 * Writes down the rows of one moment, then the bytes of their objects, as they are stored: nothing is
 * opened. The registry may be in use; that no garbage is collected meanwhile is the caller's business.
 * @throws when an object cannot be read whole; then there is no archive
 */
export async function backup(
  { rows, blobs }: BackupSource,
  draft: ArchiveDraft,
  { clock, version, masterKey, onProgress }: BackupOptions,
): Promise<ArchiveFacts> {
  try {
    const createdAt = clock.now();
    const { unsealed, ...exported } = await exportRows(rows, draft.rows);
    if (unsealed > 0) {
      throw new Error(
        `The bucket encrypts ${unsealed} objects by itself, and they would leave it in the clear: ` +
          "back it up with its own means, and the database with PostgreSQL's.",
      );
    }
    const written = await draft.rows.finish();
    let copiedBytes = 0;
    const totalBytes = exported.objectBytes;
    for await (const { row, content } of opened(written.of(copiedTable("object")), blobs)) {
      const { lengthBytes } = content;
      await draft.addObject(row.id as ObjectId, Number(row.sealed_bytes), content.read());
      copiedBytes += lengthBytes;
      onProgress({ copiedBytes, totalBytes });
    }
    const facts = {
      ...{ id: randomUUID(), createdAt, version, schemaVersion: rows.schemaVersion },
      ...exported,
      hasMasterKey: masterKey !== undefined,
    };
    await draft.publish(facts, masterKey);
    return facts;
  } finally {
    await draft.discard();
  }
}

/** Objects that are being opened while another one is read. */
const opensAhead = 4;

/** In their order, each open until the next is asked for. */
async function* opened(objects: AsyncIterable<CopiedRow>, blobs: Pick<BlobStore, "open">) {
  const source = objectsOf(blobs);
  const ahead: { row: CopiedRow; opening: ReturnType<typeof source.open> }[] = [];
  const closeAll = async () => {
    const contents = await Promise.allSettled(ahead.map(({ opening }) => opening));
    for (const each of contents) if (each.status === "fulfilled") await each.value.close();
  };
  const take = async function* () {
    const { row, opening } = ahead.shift()!;
    const content = await opening;
    try {
      yield { row, content };
    } finally {
      await content.close();
    }
  };
  try {
    for await (const row of objects) {
      if (!hasBytes(row)) continue;
      const opening = source.open(row);
      opening.catch(() => {}); // Heard when its turn comes.
      ahead.push({ row, opening });
      if (ahead.length >= opensAhead) yield* take();
    }
    while (ahead.length > 0) yield* take();
  } finally {
    await closeAll();
  }
}

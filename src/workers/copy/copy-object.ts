import { createHash } from "node:crypto";
import type { StoredBytes } from "../../ports/archive.ts";
import { type BlobStore, nothingStaged } from "../../ports/blob-store.ts";
import { storageClassOf } from "../../ports/place.ts";
import type { CopiedRow } from "../../ports/row-copy.ts";
import type { ObjectId } from "../../registry/names.ts";

export const pieceBytes = 1024 * 1024;

/** Where the bytes of objects come from. Asked in the order of their rows. */
export interface ObjectSource {
  /** @throws when they are not there */
  open(row: CopiedRow): Promise<StoredBytes>;
}

/** Whether the bytes of the row's object are in the blob store, and are to be carried with it. */
export function hasBytes(row: CopiedRow): boolean {
  return row.placement === "blobs" && row.state === "live";
}

/** The bytes of objects as a blob store has them. */
export function objectsOf(blobs: Pick<BlobStore, "open">): ObjectSource {
  return {
    async open(row) {
      const id = row.id as ObjectId;
      const blob = await blobs.open(id, String(row.place));
      if (blob === undefined) {
        throw new Error(
          `The bytes of the object ${id} are not there: it was deleted meanwhile, and trying again ` +
            "helps; or the store is damaged, and entrepot fsck tells more.",
        );
      }
      const lengthBytes = blob.sizeBytes;
      return {
        lengthBytes,
        sha256: undefined,
        async *read() {
          for (let at = 0; at < lengthBytes; at += pieceBytes) {
            yield await blob.read(at, Math.min(pieceBytes, lengthBytes - at));
          }
        },
        close: () => blob.close(),
      };
    },
  };
}

/**
 * Puts the bytes into the store under the object's own id, and into the archive if they were in one
 * where they come from and there is one here; durable once it resolves.
 * @returns the place
 * @throws when they are not the ones that the row tells of; then the store has none of them
 */
export async function copyObject(
  row: CopiedRow,
  content: StoredBytes,
  blobs: BlobStore,
): Promise<string> {
  const id = row.id as ObjectId;
  const lengthBytes = Number(row.sealed_bytes);
  requireSame(id, content.lengthBytes === lengthBytes);
  const staged = await blobs.stage(id, nothingStaged);
  let place: string;
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of content.read()) {
      hash.update(piece);
      bytes += piece.length;
      await staged.append([piece]);
    }
    requireSame(id, bytes === lengthBytes);
    requireSame(id, content.sha256 === undefined || hash.digest("hex") === content.sha256);
    place = await staged.sync();
  } catch (error) {
    await staged.close();
    await blobs.delete(id);
    throw error;
  }
  await staged.close();
  const published = await blobs.publish(id, { lengthBytes, place });
  const moved = await blobs.transfer(id, published, storageClassOf(String(row.place)));
  if (moved !== published) await blobs.delete(id, moved);
  return moved;
}

function requireSame(id: ObjectId, isSame: boolean): void {
  if (!isSame) throw new Error(`The object ${id} is damaged where it comes from`);
}

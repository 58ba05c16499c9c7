import type { BlobStore, OpenBlob, StagedBlob } from "../../ports/blob-store.ts";
import { invariant } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";
import { checkObjectKey, objectTooShort, stagedBytesLost } from "./object-key.ts";

/** Objects that live as long as the process: for tests. */
export class MemoryBlobStore implements BlobStore {
  readonly #staged = new Map<ObjectId, Content>();
  readonly #published = new Map<ObjectId, Content>();

  async stage(key: ObjectId, lengthBytes: number): Promise<StagedBlob> {
    checkObjectKey(key);
    invariant(lengthBytes >= 0, "a staged object has a length");
    const present = this.#staged.get(key);
    if ((present?.sizeBytes ?? 0) < lengthBytes) throw stagedBytesLost();
    const content = present ?? new Content();
    content.cut(lengthBytes);
    this.#staged.set(key, content);
    return new StagedContent(content);
  }

  async openStaged(key: ObjectId): Promise<OpenBlob | undefined> {
    return open(key, this.#staged);
  }

  async publish(key: ObjectId): Promise<void> {
    checkObjectKey(key);
    const content = this.#staged.get(key) ?? this.#published.get(key);
    if (content === undefined) throw stagedBytesLost();
    this.#published.set(key, content);
    this.#staged.delete(key);
  }

  async open(key: ObjectId): Promise<OpenBlob | undefined> {
    return open(key, this.#published);
  }

  async delete(key: ObjectId): Promise<void> {
    checkObjectKey(key);
    this.#staged.delete(key);
    this.#published.delete(key);
  }

  async *list(): AsyncIterable<{ key: ObjectId; staged: boolean; sizeBytes: number }> {
    for (const [key, { sizeBytes }] of this.#staged) yield { key, staged: true, sizeBytes };
    for (const [key, { sizeBytes }] of this.#published) yield { key, staged: false, sizeBytes };
  }

  async probe(): Promise<void> {
    await new StagedContent(new Content()).append([Buffer.from("entrepot\n")]);
  }

  async space(): Promise<undefined> {
    return undefined;
  }
}

/** Bytes that grow at their end; the room doubles, so that appending stays linear. */
class Content {
  #room = Buffer.alloc(0);
  sizeBytes = 0;

  append(piece: Uint8Array): void {
    const needed = this.sizeBytes + piece.byteLength;
    if (needed > this.#room.byteLength) {
      const larger = Buffer.alloc(Math.max(needed, this.#room.byteLength * 2));
      this.#room.copy(larger, 0, 0, this.sizeBytes);
      this.#room = larger;
    }
    this.#room.set(piece, this.sizeBytes);
    this.sizeBytes = needed;
  }

  cut(lengthBytes: number): void {
    this.sizeBytes = lengthBytes;
  }

  copy(target: Uint8Array, position: number): void {
    target.set(this.#room.subarray(position, position + target.byteLength));
  }
}

class StagedContent implements StagedBlob {
  readonly #content: Content;
  #closed = false;

  constructor(content: Content) {
    this.#content = content;
  }

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    for (const piece of pieces) this.#content.append(piece);
  }

  async sync(): Promise<void> {
    this.#assertOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #assertOpen(): void {
    invariant(!this.#closed, "a closed staged object was used");
  }
}

function open(key: ObjectId, among: ReadonlyMap<ObjectId, Content>): OpenBlob | undefined {
  checkObjectKey(key);
  const content = among.get(key);
  if (content === undefined) return undefined;
  const { sizeBytes } = content;
  return {
    sizeBytes,
    async read(position, lengthBytes, into) {
      const available = Math.min(content.sizeBytes, position + lengthBytes);
      if (available < position + lengthBytes) {
        throw objectTooShort(key, available, position + lengthBytes);
      }
      const target = into?.subarray(0, lengthBytes) ?? Buffer.alloc(lengthBytes);
      invariant(target.byteLength === lengthBytes, "a buffer to read into must hold the bytes");
      content.copy(target, position);
      return target;
    },
    async close() {},
  };
}

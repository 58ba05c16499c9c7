import type {
  BlobStore,
  ListedBlob,
  OpenBlob,
  StagedBlob,
  StagedBytes,
} from "../../ports/blob-store.ts";
import {
  placeNow,
  placeOnItsWay,
  plannedPlace,
  type StorageClass,
  storageClassOf,
} from "../../ports/place.ts";
import { invariant } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";
import { checkObjectKey, objectMissing, objectTooShort, stagedBytesLost } from "./object-key.ts";

/** Objects that live as long as the process: for tests. */
export class MemoryBlobStore implements BlobStore {
  readonly encrypts: boolean;
  readonly #origin: string | undefined;
  #owner: string | undefined;
  readonly #staged = new Map<ObjectId, Content>();
  readonly #published = new Map<ObjectId, Content>();
  readonly #archived = new Map<ObjectId, Content>();

  /** @param origin where clients may fetch objects by themselves: for tests of what sends them there */
  constructor(options: { readonly encrypts?: boolean; readonly origin?: string } = {}) {
    this.encrypts = options.encrypts ?? false;
    this.#origin = options.origin;
  }

  async stage(key: ObjectId, { lengthBytes }: StagedBytes): Promise<StagedBlob> {
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

  async publish(key: ObjectId, { lengthBytes }: StagedBytes): Promise<string> {
    checkObjectKey(key);
    const content = this.#staged.get(key) ?? this.#published.get(key);
    if (content === undefined || content.sizeBytes < lengthBytes) throw stagedBytesLost();
    content.cut(lengthBytes);
    this.#published.set(key, content);
    this.#staged.delete(key);
    return usualPlace;
  }

  async open(key: ObjectId, place: string): Promise<OpenBlob | undefined> {
    return open(key, this.#at(placeNow(place)));
  }

  async urlFor(key: ObjectId, _place: string, lifeSeconds: number): Promise<string | undefined> {
    return this.#origin && `${this.#origin}/${key}?life=${lifeSeconds}`;
  }

  planTransfer(place: string, to: StorageClass): string {
    if (storageClassOf(place) === to) return placeNow(place);
    return placeOnItsWay(place, to === "archive" ? archivePlace : usualPlace);
  }

  async transfer(key: ObjectId, place: string, to: StorageClass): Promise<string> {
    checkObjectKey(key);
    const target = plannedPlace(this.planTransfer(place, to));
    if (target === undefined) return placeNow(place);
    const content = this.#at(placeNow(place)).get(key);
    if (content === undefined) throw objectMissing(key);
    this.#at(target).set(key, content);
    return target;
  }

  async delete(key: ObjectId, keep?: string | (() => Promise<string | undefined>)): Promise<void> {
    checkObjectKey(key);
    const kept = typeof keep === "function" ? await keep() : keep;
    this.#staged.delete(key);
    for (const place of [usualPlace, archivePlace]) {
      if (kept === undefined || !this.isAt(kept, place)) this.#at(place).delete(key);
    }
  }

  async deleteAll(keys: readonly ObjectId[]): Promise<void> {
    for (const key of keys) await this.delete(key);
  }

  async *list(): AsyncIterable<ListedBlob> {
    for (const [key, { sizeBytes }] of this.#staged) {
      yield { key, place: usualPlace, staged: true, sizeBytes };
    }
    for (const place of [usualPlace, archivePlace]) {
      for (const [key, { sizeBytes }] of this.#at(place)) {
        yield { key, place, staged: false, sizeBytes };
      }
    }
  }

  isAt(place: string, listed: string): boolean {
    return listed === placeNow(place) || listed === plannedPlace(place);
  }

  async owner(): Promise<string | undefined> {
    return this.#owner;
  }

  async claim(owner: string): Promise<void> {
    this.#owner = owner;
  }

  async probe(): Promise<void> {
    await new StagedContent(new Content()).append([Buffer.from("entrepot\n")]);
  }

  async space(): Promise<undefined> {
    return undefined;
  }

  #at(place: string): Map<ObjectId, Content> {
    return place === archivePlace ? this.#archived : this.#published;
  }
}

/** An object is found by its key and its class. */
const usualPlace = "";
const archivePlace = "archive";

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

  async sync(): Promise<string> {
    this.#assertOpen();
    return usualPlace;
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

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
import { inParallel } from "../../registry/in-parallel.ts";
import { limits } from "../../registry/limits.ts";
import type { ObjectId } from "../../registry/names.ts";
import { objectMissing, stagedBytesLost } from "./object-key.ts";
import { S3Blob } from "./s3-blob.ts";
import { type Incoming, type Multipart, S3Bucket, type S3BucketOptions } from "./s3-bucket.ts";
import { compose, copyWhole } from "./s3-compose.ts";
import { StoreError } from "./s3-errors.ts";
import { PartPool } from "./s3-parts.ts";
import {
  composedOf,
  Names,
  newArchivedAttempt,
  newAttempt,
  placeOf,
  type Segment,
  segmentsOf,
  syncedSegments,
  totalBytes,
} from "./s3-place.ts";
import { causeOf } from "./s3-said.ts";
import { S3Staged } from "./s3-staged.ts";

export interface S3BlobStoreOptions extends S3BucketOptions {
  /** What all names begin with; a slash follows it. Empty for none. */
  readonly prefix: string;
  /** Of a multipart upload. At least 6 MiB: of smaller ones the largest layer would have too many. */
  readonly partBytes?: number;
  /** Parts that are on their way at once, of all uploads together. */
  readonly concurrency?: number;
}

const MiB = 1024 * 1024;
const defaultPartBytes = 8 * MiB;
const leastPartBytes = 6 * MiB;
const defaultConcurrency = 16;
const deletesAtOnce = 8;

/**
 * Objects in a bucket of S3, or of what speaks its protocol: `<prefix>objects/<2 digits>/<key>/<attempt>`.
 * Any number of processes may use one bucket; a place names the attempts that hold the bytes, and
 * nothing is decided from a listing (D6). See docs/adr/0018-s3.md.
 */
export class S3BlobStore implements BlobStore {
  readonly encrypts: boolean;
  readonly #bucket: S3Bucket;
  readonly #names: Names;
  readonly #pool: PartPool;
  readonly #where: string;
  readonly #hasArchive: boolean;
  #probing: Promise<void> | undefined;

  /** Use `open`: the bucket must be there. */
  private constructor(options: S3BlobStoreOptions) {
    const { partBytes = defaultPartBytes, concurrency = defaultConcurrency } = options;
    invariant(partBytes >= leastPartBytes, "a part has at least 6 MiB");
    this.encrypts = options.serverSideEncryption !== undefined;
    this.#bucket = new S3Bucket(options);
    this.#hasArchive = options.archiveClass !== undefined;
    this.#names = new Names(options.prefix);
    this.#pool = new PartPool(partBytes, concurrency);
    const at = options.endpoint === undefined ? "" : ` at ${withoutCredentials(options.endpoint)}`;
    this.#where = `the bucket '${options.bucket}'${at}`;
  }

  /** @throws Error that says in one sentence which bucket cannot be used, and why */
  static async open(options: S3BlobStoreOptions): Promise<S3BlobStore> {
    const store = new S3BlobStore(options);
    try {
      await store.#bucket.check(store.#names.everything);
      return store;
    } catch (error) {
      store.close();
      throw store.#unusable(error);
    }
  }

  /** Lets go of the connections. */
  close(): void {
    this.#bucket.close();
  }

  async stage(key: ObjectId, synced: StagedBytes): Promise<StagedBlob> {
    invariant(synced.lengthBytes >= 0, "a staged object has a length");
    const segments = await this.#find(key, synced);
    if (segments === undefined) throw stagedBytesLost();
    return new S3Staged(this.#bucket, this.#names, key, segments, this.#pool);
  }

  async openStaged(key: ObjectId, synced: StagedBytes): Promise<OpenBlob | undefined> {
    const segments = await this.#find(key, synced);
    if (segments === undefined || segments.length === 0) return undefined;
    return new S3Blob(this.#bucket, key, this.#pieces(key, segments));
  }

  /**
   * One segment is the object already. Several are made one object, whose name follows from theirs, so
   * that a publish that is repeated finds it. They stay until `delete` is told which place to keep:
   * before the caller has written it down, another process may still count on them.
   */
  async publish(key: ObjectId, synced: StagedBytes): Promise<string> {
    const segments = await this.#find(key, synced);
    if (segments === undefined || segments.length === 0) throw stagedBytesLost();
    if (segments.length === 1) return placeOf(segments);
    const composed = composedOf(segments);
    if (!(await this.#isWhole(key, composed))) await this.#compose(key, segments, composed);
    return placeOf([composed]);
  }

  async open(key: ObjectId, place: string): Promise<OpenBlob | undefined> {
    const [segment, ...others] = segmentsOf(placeNow(place)) ?? [];
    const name = this.#names.name(key, segment ?? { attempt: "" });
    if (segment === undefined || others.length > 0) return undefined;
    const first = segment.lengthBytes > 0 ? await this.#firstBytes(name) : undefined;
    const lengthBytes = first?.totalBytes ?? (await this.#bucket.sizeOf(name));
    if (lengthBytes === undefined) return undefined;
    return new S3Blob(this.#bucket, key, [{ name, lengthBytes }], first);
  }

  /** Signed for a client, where the store is the one that encrypts. */
  async urlFor(key: ObjectId, place: string, lifeSeconds: number): Promise<string | undefined> {
    if (!this.encrypts) return undefined;
    const [segment, ...others] = segmentsOf(placeNow(place)) ?? [];
    invariant(segment !== undefined && others.length === 0, "a published object has one place");
    const isBounded = lifeSeconds > 0 && lifeSeconds * 1000 <= limits.downloadUrlLifeMs;
    invariant(isBounded, "a presigned URL lives for at most an hour");
    return this.#bucket.presign(this.#names.name(key, segment), lifeSeconds);
  }

  planTransfer(place: string, to: StorageClass): string {
    if (storageClassOf(place) === to) return placeNow(place);
    if (to === "archive" && !this.#hasArchive) return placeNow(place);
    if (plannedPlace(place) !== undefined) return place;
    const lengthBytes = totalBytes(segmentsOf(place) ?? []);
    const attempt = to === "archive" ? newArchivedAttempt() : newAttempt();
    return placeOnItsWay(place, placeOf([{ attempt, lengthBytes }]));
  }

  async transfer(key: ObjectId, place: string, to: StorageClass): Promise<string> {
    const target = plannedPlace(this.planTransfer(place, to));
    if (target === undefined) return placeNow(place);
    const [from] = segmentsOf(placeNow(place)) ?? [];
    const [into] = segmentsOf(target) ?? [];
    invariant(from !== undefined && into !== undefined, "a published object has one place");
    if (await this.#isWhole(key, into)) return target; // An earlier try went well.
    if (!(await this.#isWhole(key, from))) throw objectMissing(key);
    await copyWhole(this.#bucket, this.#names, this.#pool, key, from, into);
    return target;
  }

  async delete(key: ObjectId, keep?: string | (() => Promise<string | undefined>)): Promise<void> {
    const prefix = this.#names.of(key);
    const growing: Multipart[] = [];
    for await (const multipart of this.#bucket.multiparts(prefix)) growing.push(multipart);
    // What still grows may be an object by the time that it is aborted.
    const found = new Set(growing.map(({ name }) => name));
    for await (const { name } of this.#bucket.names(prefix)) found.add(name);
    const place = (typeof keep === "function" ? await keep() : keep) ?? "";
    const kept = this.#namesAt(key, placeNow(place));
    const planned = this.#namesAt(key, plannedPlace(place) ?? "");
    for (const multipart of growing) {
      if (!planned.has(multipart.name)) await this.#bucket.abort(multipart);
    }
    const doomed = [...found].filter((name) => !kept.has(name) && !planned.has(name));
    await inParallel(doomed, deletesAtOnce, (name) => this.#bucket.remove(name));
  }

  async deleteAll(keys: readonly ObjectId[]): Promise<void> {
    await inParallel(keys, deletesAtOnce, (key) => this.delete(key));
  }

  async *list(): AsyncIterable<ListedBlob> {
    for await (const { name, sizeBytes } of this.#bucket.names(this.#names.everything)) {
      const found = this.#names.parse(name);
      if (found === undefined) continue;
      const place = placeOf([{ attempt: found.attempt, lengthBytes: sizeBytes }]);
      yield { key: found.key, place, staged: false, sizeBytes };
    }
  }

  isAt(place: string, listed: string): boolean {
    const [found] = segmentsOf(listed) ?? [];
    return [placeNow(place), plannedPlace(place) ?? ""].some((one) =>
      segmentsOf(one)?.some(({ attempt }) => attempt === found?.attempt),
    );
  }

  async owner(): Promise<string | undefined> {
    return (await this.#bucket.text(this.#names.owner))?.trim();
  }

  claim(owner: string): Promise<void> {
    return this.#bucket.replace(this.#names.owner, Buffer.from(`${owner}\n`));
  }

  probe(): Promise<void> {
    // Those who ask at the same time share an answer, and the one object that it takes.
    this.#probing ??= this.#writeProbe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async space(): Promise<undefined> {
    return undefined;
  }

  /**
   * Aborts what was begun before that time (milliseconds since the epoch) and never completed: bytes
   * that cost, and that nobody sees. A time further back than any upload takes.
   * @returns how many there were
   */
  async sweepUploads(begunBefore: number): Promise<number> {
    let count = 0;
    for await (const multipart of this.#bucket.multiparts(this.#names.everything)) {
      if (multipart.begunAt >= begunBefore) continue;
      await this.#bucket.abort(multipart);
      count += 1;
    }
    return count;
  }

  #namesAt(key: ObjectId, place: string): ReadonlySet<string> {
    return new Set(segmentsOf(place)?.map((segment) => this.#names.name(key, segment)));
  }

  #pieces(key: ObjectId, segments: readonly Segment[]) {
    return segments.map((segment) => ({
      name: this.#names.name(key, segment),
      lengthBytes: segment.lengthBytes,
    }));
  }

  /**
   * The segments that hold the bytes, if they are there. The last one stands for all, so that going on
   * takes one request however many there are: what else is gone shows when they are made one object.
   */
  async #find(key: ObjectId, synced: StagedBytes): Promise<Segment[] | undefined> {
    this.#names.of(key); // Whether it is a key, whatever else there is to find.
    const segments = syncedSegments(synced);
    const last = segments?.at(-1);
    return last === undefined || (await this.#isWhole(key, last)) ? segments : undefined;
  }

  async #isWhole(key: ObjectId, segment: Segment): Promise<boolean> {
    return (await this.#bucket.sizeOf(this.#names.name(key, segment))) === segment.lengthBytes;
  }

  async #compose(key: ObjectId, segments: readonly Segment[], composed: Segment): Promise<void> {
    try {
      await compose(this.#bucket, this.#names, this.#pool, key, segments, composed);
    } catch (error) {
      for (const segment of segments) {
        if (!(await this.#isWhole(key, segment))) throw stagedBytesLost();
      }
      throw error;
    }
  }

  async #firstBytes(name: string): Promise<Incoming | undefined> {
    try {
      return await this.#bucket.get(name, 0, undefined);
    } catch (error) {
      if (causeOf(error)?.code === "InvalidRange") return undefined; // There is no first byte.
      throw error;
    }
  }

  async #writeProbe(): Promise<void> {
    const name = this.#names.probe();
    try {
      await this.#bucket.put(name, Buffer.from("entrepot\n"));
      await this.#bucket.remove(name);
    } catch (error) {
      throw this.#unusable(causeOf(error) ?? error);
    }
  }

  #unusable(error: unknown): unknown {
    if (!(error instanceof StoreError)) return error;
    return new Error(`${this.#where} cannot be used: ${error.message}`, { cause: error });
  }
}

function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  url.username = "";
  url.password = "";
  return url.href;
}

/** The stores that keep the BlobStore contract, and what it takes to try them. */
import { randomBytes } from "node:crypto";
import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { FilesystemBlobStore } from "../../src/adapters/blobs/filesystem.ts";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import type { S3BlobStoreOptions } from "../../src/adapters/blobs/s3.ts";
import {
  type BlobStore,
  type ListedBlob,
  nothingStaged,
  type OpenBlob,
  type StagedBytes,
} from "../../src/ports/blob-store.ts";
import type { ObjectId } from "../../src/registry/names.ts";
import { openS3, type S3Server, startS3 } from "../support/s3.ts";
import { s3Missing } from "../support/s3-server.ts";

export interface BlobStoreKind {
  readonly name: string;
  /** Whether staged and published bytes have names of their own, which the store itself tells apart. */
  readonly separates: boolean;
  /** An empty store that goes away with the test. */
  open(): Promise<BlobStore>;
}

/** A further adapter joins here, by one line. */
const all: readonly BlobStoreKind[] = [
  {
    name: "the filesystem store",
    separates: true,
    open: async () => openFilesystem(await newRoot()),
  },
  {
    name: "the filesystem store, writing back after every kilobyte",
    separates: true,
    open: async () => openFilesystem(await newRoot(), 1024),
  },
  {
    name: "the filesystem store, with an archive on another file system",
    separates: true,
    open: async () => {
      const root = await newRoot();
      return openFilesystem(root, undefined, await otherFileSystem(root));
    },
  },
  { name: "the memory store", separates: true, open: async () => new MemoryBlobStore() },
  { name: "the S3 store", separates: false, open: () => openOnS3() },
  {
    name: "the S3 store, which encrypts by itself",
    separates: false,
    open: () => openOnS3({ serverSideEncryption: "AES256" }),
  },
];

/** Why a kind of store cannot be tried here, or `undefined`. */
export function missing({ name }: BlobStoreKind): string | undefined {
  return name.startsWith("the S3 store") ? s3Missing() : undefined;
}

export const blobStores = all.filter((kind) => missing(kind) === undefined);
export const missingStores = all.filter((kind) => missing(kind) !== undefined);

let server: Promise<S3Server> | undefined;

afterAll(async () => {
  await (await server)?.stop();
});

/** One server for all tests of a file, which has to run apart, and a prefix for each of them. */
async function openOnS3(options: Partial<S3BlobStoreOptions> = {}): Promise<BlobStore> {
  server ??= startS3();
  const store = await openS3(await server, { archiveClass: "STANDARD_IA", ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A path at which nothing is yet. */
export async function newRoot(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "entrepot-blobs-"));
  onTestFinished(() => rm(parent, { recursive: true }));
  return join(parent, "data", "blobs");
}

/** A directory on another file system than the path, where the machine has one: else beside it. */
async function otherFileSystem(path: string): Promise<string> {
  const memory = "/dev/shm";
  const isThere = await access(memory, constants.W_OK).then(
    () => true,
    () => false,
  );
  const parent = isThere ? await mkdtemp(join(memory, "entrepot-archive-")) : dirname(path);
  if (isThere) onTestFinished(() => rm(parent, { recursive: true }));
  return join(parent, "cheap");
}

export function openFilesystem(
  root: string,
  earlySyncBytes?: number,
  archiveDirectory?: string,
): Promise<FilesystemBlobStore> {
  return FilesystemBlobStore.open({
    root,
    archiveDirectory,
    onFatal: (error) => {
      throw error;
    },
    ...(earlySyncBytes === undefined ? {} : { earlySyncBytes }),
  });
}

export function newKey(): ObjectId {
  return randomBytes(16).toString("hex") as ObjectId;
}

/** Appends after `synced`, syncs, and says what is synced now. */
export async function stageMore(
  blobs: BlobStore,
  key: ObjectId,
  synced: StagedBytes,
  ...pieces: Uint8Array[]
): Promise<StagedBytes> {
  const staged = await blobs.stage(key, synced);
  try {
    await staged.append(pieces);
    return after(synced, await staged.sync(), ...pieces);
  } finally {
    await staged.close();
  }
}

/** What is synced after these pieces. */
export function after(
  { lengthBytes }: StagedBytes,
  place: string,
  ...pieces: Uint8Array[]
): StagedBytes {
  return { lengthBytes: pieces.reduce((sum, { length }) => sum + length, lengthBytes), place };
}

/** Stages, syncs and publishes; returns the place. */
export async function store(
  blobs: BlobStore,
  key: ObjectId,
  ...pieces: Uint8Array[]
): Promise<string> {
  return blobs.publish(key, await stageMore(blobs, key, nothingStaged, ...pieces));
}

export async function contentOf(
  blobs: BlobStore,
  key: ObjectId,
  place: string,
): Promise<Buffer | undefined> {
  return wholeOf(await blobs.open(key, place));
}

export async function wholeOf(blob: OpenBlob | undefined): Promise<Buffer | undefined> {
  if (blob === undefined) return undefined;
  try {
    return Buffer.from(await blob.read(0, blob.sizeBytes));
  } finally {
    await blob.close();
  }
}

/** Everything that is listed, by key. */
export async function listed(blobs: BlobStore): Promise<ListedBlob[]> {
  const found: ListedBlob[] = [];
  for await (const entry of blobs.list()) found.push(entry);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The stores that keep the MetadataStore contract, and rows to try them with. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, onTestFinished } from "vitest";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { StoredObject } from "../../src/registry/encryption/stored-object.ts";
import type { Image, ImageReference } from "../../src/registry/images/image.ts";
import type { Layer } from "../../src/registry/layers/layer.ts";
import type { Upload } from "../../src/registry/layers/upload.ts";
import type {
  AccountId,
  Digest,
  ObjectId,
  Region,
  Registry,
  RepositoryName,
  Tag,
  UploadId,
} from "../../src/registry/names.ts";
import type { Repository, RepositoryRef } from "../../src/registry/repositories/repository.ts";
import { postgresMissing } from "../support/postgres.ts";
import { databaseWithoutRows } from "../support/shared-postgres.ts";
import { beginWithSchema } from "../support/shared-servers.ts";

export interface OpenedStore {
  readonly store: MetadataStore;
  /** Closes the store and opens it again over the same rows. */
  reopen(): Promise<MetadataStore>;
}

interface MetadataStoreKind {
  readonly name: string;
  /** An empty store that goes away with the test. */
  open(): Promise<OpenedStore>;
}

const missing = postgresMissing();

/** A further adapter joins here, by one line. */
export const metadataStores: readonly MetadataStoreKind[] = [
  { name: "SQLite", open: openSqlite },
  ...(missing === undefined ? [{ name: "PostgreSQL", open: openPostgres }] : []),
];

if (missing !== undefined) {
  process.stderr.write(`The MetadataStore contract is not tried on PostgreSQL: ${missing}\n`);
  describe.skip(`PostgreSQL keeps the MetadataStore contract (${missing})`, () => {
    it("is not tried here", () => undefined);
  });
}

async function openSqlite(): Promise<OpenedStore> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-metadata-"));
  await beginWithSchema(directory);
  const open = () =>
    openSqliteMetadata({
      directory,
      onWriterFailure: (error) => {
        throw error;
      },
    });
  let store = await open();
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return {
    store,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
  };
}

async function openPostgres(): Promise<OpenedStore> {
  const url = await databaseWithoutRows();
  const warn = () => undefined; // The server of the tests does not wait for the disk.
  let store = await openPostgresMetadata({ url, warn });
  onTestFinished(() => store.close());
  return {
    store,
    async reopen() {
      await store.close();
      store = await openPostgresMetadata({ url, warn });
      return store;
    },
  };
}

export const registry: Registry = {
  account: "000000000000" as AccountId,
  region: "us-east-1" as Region,
};
/** The same account elsewhere, and another account in the same place. */
export const otherRegistries: readonly Registry[] = [
  { ...registry, region: "eu-west-1" as Region },
  { ...registry, account: "111111111111" as AccountId },
];

export const repositoryName = (text: string) => text as RepositoryName;
export const tag = (text: string) => text as Tag;
export const objectId = () => randomBytes(16).toString("hex") as ObjectId;
export const uploadId = () => randomUUID() as UploadId;
/** A digest that sorts by `n`. */
export const digest = (n: number) => `sha256:${n.toString(16).padStart(64, "0")}` as Digest;

export function sampleRepository(name: string, changes: Partial<Repository> = {}): Repository {
  return {
    registry,
    id: randomUUID(),
    name: repositoryName(name),
    createdAt: 1_700_000_000_000,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    imageCount: 0,
    sizeBytes: 0,
    lifecycleDueAt: undefined,
    quotaIds: [],
    ...changes,
  };
}

export function sampleObject(of: Digest, changes: Partial<StoredObject> = {}): StoredObject {
  return {
    id: objectId(),
    registry,
    domain: "AES256",
    digest: of,
    sizeBytes: 1_000,
    sealedBytes: 1_100,
    wrappedKey: Uint8Array.of(1, 2, 3),
    state: "live",
    placement: "blobs",
    place: "",
    layout: "1000",
    createdAt: 1_700_000_000_000,
    ...changes,
  };
}

export function sampleLayer(
  { registry, id }: RepositoryRef,
  { id: object, digest, sizeBytes }: StoredObject,
  changes: Partial<Layer> = {},
): Layer {
  return {
    repository: { registry, id },
    digest,
    object,
    sizeBytes,
    mediaType: undefined,
    linkedAt: 5,
    leasedUntil: 10,
    ...changes,
  };
}

export function sampleImage(
  { registry, id }: RepositoryRef,
  { id: object, digest }: StoredObject,
  changes: Partial<Image> = {},
): Image {
  return {
    repository: { registry, id },
    digest,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    artifactType: undefined,
    configMediaType: "application/vnd.oci.image.config.v1+json",
    manifestBytes: 400,
    sizeBytes: 5_000,
    subject: undefined,
    pushedAt: 7,
    pulledAt: undefined,
    state: "ACTIVE",
    archivedAt: undefined,
    activatedAt: undefined,
    object,
    ...changes,
  };
}

export function sampleUpload(repository: RepositoryRef, changes: Partial<Upload> = {}): Upload {
  return {
    id: uploadId(),
    repository: { registry: repository.registry, id: repository.id },
    object: objectId(),
    wrappedKey: Uint8Array.of(9, 8),
    offset: 0,
    kept: undefined,
    sealedBytes: 0,
    frames: 0,
    layout: "",
    parts: 0,
    smallPart: false,
    place: "",
    digestSoFar: undefined,
    revision: 1,
    createdAt: 5,
    expiresAt: 50,
    ...changes,
  };
}

/** Stores the repository. */
export async function addRepository(
  store: MetadataStore,
  name: string,
  changes?: Partial<Repository>,
): Promise<Repository> {
  const repository = sampleRepository(name, changes);
  await store.transaction((change) => change.repositories.insertIfAbsent(repository));
  return repository;
}

/** Stores an object and a layer of the repository that stands on it. */
export function addLayer(
  store: MetadataStore,
  repository: RepositoryRef,
  of: Digest,
  changes?: Partial<Layer>,
): Promise<{ object: StoredObject; layer: Layer }> {
  return store.transaction(async (change) => {
    const fresh = sampleObject(of, { registry: repository.registry });
    await change.objects.insertIfAbsent(fresh);
    const object = (await change.objects.findLive(fresh.registry, fresh.domain, of)) ?? fresh;
    const layer = sampleLayer(repository, object, changes);
    const isNew = await change.layers.linkIfAbsent(layer);
    // What is expected of repositories leaves out the bytes of layers.
    if (isNew) await change.repositories.adjust(repository, { sizeBytes: -layer.sizeBytes });
    return { object, layer };
  });
}

/** Stores an object and an image of the repository that stands on it, and tags the image. */
export function addImage(
  store: MetadataStore,
  repository: RepositoryRef,
  of: Digest,
  options: {
    changes?: Partial<Image>;
    references?: readonly ImageReference[];
    tags?: readonly string[];
  } = {},
): Promise<Image> {
  return store.transaction(async (change) => {
    const object = sampleObject(of, { registry: repository.registry, placement: "metadata" });
    await change.objects.insertIfAbsent(object, Uint8Array.of(4, 5, 6));
    const image = sampleImage(repository, object, options.changes);
    await change.images.insert(image, options.references ?? []);
    for (const text of options.tags ?? []) {
      await change.tags.put(repository, { tag: tag(text), digest: of, at: 8 });
    }
    return image;
  });
}

export function reference(kind: ImageReference["kind"], to: Digest): ImageReference {
  return { kind, digest: to, mediaType: `application/vnd.test.${kind}`, sizeBytes: 12 };
}

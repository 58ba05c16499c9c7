import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FileSystem } from "../../src/adapters/blobs/file-system.ts";
import { FilesystemBlobStore } from "../../src/adapters/blobs/filesystem.ts";
import { S3BlobStore } from "../../src/adapters/blobs/s3.ts";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LeasedExclusive } from "../../src/adapters/exclusive/leased.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import { PackageTagPatterns } from "../../src/adapters/patterns/package-tag-patterns.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { WorkInPlace } from "../../src/registry/layers/work-in-place.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import type { AccountId, Region, Registry, RepositoryName } from "../../src/registry/names.ts";
import type { Deleter } from "../../src/registry/trash/trash.ts";
import { fleetSettings, isFleet } from "./fleet-settings.ts";
import { idleScanner } from "./scanner.ts";
import { beginWithSchema } from "./shared-servers.ts";

export const testRegistry: Registry = {
  account: "000000000000" as AccountId,
  region: "us-east-1" as Region,
};
export const testRepository = "team/app" as RepositoryName;

/** Deletes so that nothing can be brought back. */
export const forGood: Deleter = { by: "", keepMs: 0 };

const masterKey = Buffer.alloc(32, 7);

/** The store of a server in a directory, with the adapters that a server has. */
export async function openStore(
  directory: string,
  options: { files?: FileSystem; blobRoot?: string } = {},
): Promise<Ports> {
  mkdirSync(directory, { recursive: true });
  const clock = new SystemClock();
  const isPlain = options.files === undefined && options.blobRoot === undefined;
  const stores = isFleet && isPlain ? openFleet(directory) : openEmbedded(directory, options);
  const { metadata, blobs } = await stores;
  return {
    metadata,
    blobs,
    keys: new LocalKeyService({ masterKey, metadata, clock }),
    clock,
    exclusive: isFleet && isPlain ? new LeasedExclusive(metadata, clock) : new InProcessExclusive(),
    egress: new HttpEgress({ isListed: () => false }),
    layerWork: new WorkInPlace(),
    ...idleScanner(),
    tagPatterns: new PackageTagPatterns(),
    memory: new RegistryMemory(),
  };
}

interface Stores {
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
}

async function openEmbedded(
  directory: string,
  options: { files?: FileSystem; blobRoot?: string },
): Promise<Stores> {
  const fatal = (error: unknown) => {
    throw error;
  };
  await beginWithSchema(directory);
  const metadata = await openSqliteMetadata({ directory, onWriterFailure: fatal });
  const blobs = await FilesystemBlobStore.open({
    root: options.blobRoot ?? join(directory, "blobs"),
    onFatal: options.files === undefined ? fatal : () => undefined,
    ...(options.files === undefined ? {} : { files: options.files }),
  });
  return { metadata, blobs };
}

async function openFleet(directory: string): Promise<Stores> {
  const settings = await fleetSettings(directory);
  Object.assign(process.env, settings); // Where the SDK looks for credentials.
  const url = settings.ENTREPOT_DATABASE!;
  const { host: bucket, pathname, searchParams } = new URL(settings.ENTREPOT_BLOBS!);
  const blobs = await S3BlobStore.open({
    bucket,
    prefix: pathname.slice(1),
    endpoint: searchParams.get("endpoint")!,
    region: searchParams.get("region")!,
    archiveClass: "STANDARD_IA",
  });
  return { metadata: await openPostgresMetadata({ url, warn: () => {} }), blobs };
}

/** Bytes that do not repeat. */
export function someBytes(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}

import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FileSystem } from "../../src/adapters/blobs/file-system.ts";
import { FilesystemBlobStore } from "../../src/adapters/blobs/filesystem.ts";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import type { AccountId, Region, Registry, RepositoryName } from "../../src/registry/names.ts";

export const testRegistry: Registry = {
  account: "000000000000" as AccountId,
  region: "us-east-1" as Region,
};
export const testRepository = "team/app" as RepositoryName;

const masterKey = Buffer.alloc(32, 7);

/** The store of a server in a directory, with the adapters that a server has. */
export async function openStore(
  directory: string,
  options: { files?: FileSystem; blobRoot?: string } = {},
): Promise<Ports> {
  mkdirSync(directory, { recursive: true });
  const fatal = (error: unknown) => {
    throw error;
  };
  const clock = new SystemClock();
  const metadata = await openSqliteMetadata({ directory, onWriterFailure: fatal });
  const blobs = await FilesystemBlobStore.open({
    root: options.blobRoot ?? join(directory, "blobs"),
    onFatal: options.files === undefined ? fatal : () => undefined,
    ...(options.files === undefined ? {} : { files: options.files }),
  });
  return {
    metadata,
    blobs,
    keys: new LocalKeyService({ masterKey, metadata, clock }),
    clock,
    exclusive: new InProcessExclusive(),
    memory: new RegistryMemory(),
  };
}

/** Bytes that do not repeat. */
export function someBytes(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}

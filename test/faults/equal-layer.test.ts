/** Content that the store has already, taken away while an equal push counts on it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { deleteLayer } from "../../src/registry/layers/delete-layer.ts";
import { findLayer } from "../../src/registry/layers/find-layer.ts";
import { readLayer } from "../../src/registry/layers/read-layer.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { digestOf } from "../support/oci-client.ts";
import { openStore, someBytes, testRegistry } from "../support/store.ts";
import { pushLayer } from "./scenarios.ts";

const first = "team/app" as RepositoryName;
const second = "team/other" as RepositoryName;

let directory: string;
let ports: Ports;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-equal-"));
  ports = await openStore(directory);
  for (const name of [first, second]) {
    await createRepository(ports, {
      registry: testRegistry,
      name,
      tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
      scanOnPush: false,
      encryption: { type: "AES256" },
      resourceTags: new Map(),
    });
  }
});

afterEach(async () => {
  await ports.metadata.close();
  await rm(directory, { recursive: true, force: true });
});

it.each([
  ["a file", 64 * 1024],
  ["kept in the database", 2_000],
])(
  "13: an equal layer, %s, is stored anew when the collector takes the first just before",
  async (_, sizeBytes) => {
    const bytes = someBytes(sizeBytes);
    const digest = digestOf(bytes) as Digest;
    await pushLayer(ports, { bytes, digest });
    const { id } = await startUpload(ports, testRegistry, second);
    await appendToUpload(ports, testRegistry, second, id, pieces(bytes), {});

    const racing = beforeTransaction(ports, async () => {
      await deleteLayer(ports, testRegistry, first, digest);
      expect((await reclaimOnce(ports)).objects).toBe(1);
    });
    await completeUpload(racing, testRegistry, second, id, digest, {
      repeatable: false,
      emptyAllowed: true,
      enforcePartSize: false,
    });

    const { object } = await findLayer(ports, testRegistry, second, digest);
    const read: Buffer[] = [];
    for await (const piece of readLayer(ports, object)) read.push(Buffer.from(piece));
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  },
);

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The same store, in which `work` is done once, just before the next transaction. */
function beforeTransaction(store: Ports, work: () => Promise<void>): Ports {
  let done = false;
  const transaction: MetadataStore["transaction"] = async (change) => {
    if (!done) {
      done = true;
      await work();
    }
    return store.metadata.transaction(change);
  };
  // Methods live on the class's prototype: the copy delegates to the store for everything else.
  const metadata = Object.assign(Object.create(store.metadata) as MetadataStore, { transaction });
  return { ...store, metadata };
}

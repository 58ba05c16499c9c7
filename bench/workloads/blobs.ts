import { createHash } from "node:crypto";
import type { Target } from "../peers.ts";
import { type Blob, RegistryClient, randomBlob } from "../registry-client.ts";
import { rate, type Workload } from "./workload.ts";

const repository = "bench/blobs";
const megabyte = 1_000_000;

function pull(
  id: string,
  title: string,
  { clients, blobs }: { clients: number; blobs: number },
): Workload<undefined, readonly Blob[]> {
  return {
    id,
    title,
    unit: "MB/s",
    load: () => undefined,
    async prepare(target, sizes) {
      await target.createRepository(repository);
      const made = Array.from({ length: blobs }, () => randomBlob(sizes.blobBytes));
      await pushAll(target, made);
      await Promise.all(made.map((blob) => verify(target, blob)));
      return made.map(({ digest, sizeBytes }) => ({ digest, sizeBytes, content: Buffer.of() }));
    },
    async run({ target, prepared, sizes }) {
      const readers = Array.from({ length: clients }, () => new RegistryClient(target));
      const result = await rate((clients * sizes.blobBytes) / megabyte, () =>
        Promise.all(
          readers.map((reader, index) => reader.pullBlob(repository, prepared[index % blobs]!)),
        ),
      );
      for (const reader of readers) reader.close();
      return result;
    },
  };
}

function push(id: string, title: string, clients: number): Workload<readonly Blob[], void> {
  return {
    id,
    title,
    unit: "MB/s",
    load: (sizes) => Array.from({ length: clients }, () => randomBlob(sizes.blobBytes)),
    prepare: (target) => target.createRepository(repository),
    run: ({ target, load, sizes }) =>
      rate((clients * sizes.blobBytes) / megabyte, () => pushAll(target, load)),
  };
}

async function pushAll(target: Target, blobs: readonly Blob[]): Promise<void> {
  await Promise.all(
    blobs.map(async (blob) => {
      const client = new RegistryClient(target);
      await client.pushBlob(repository, blob);
      client.close();
    }),
  );
}

/** A fast wrong answer counts for nothing. */
async function verify(target: Target, blob: Blob): Promise<void> {
  const client = new RegistryClient(target);
  const sum = createHash("sha256");
  await client.pullBlob(repository, blob, (piece) => sum.update(piece));
  client.close();
  if (`sha256:${sum.digest("hex")}` !== blob.digest) throw new Error(`${target.name} sent others`);
}

export const blobWorkloads = [
  pull("pull", "one blob pull", { clients: 1, blobs: 1 }),
  pull("pull4", "four pulls of the same blob at once", { clients: 4, blobs: 1 }),
  pull("pull4x", "four pulls of different blobs at once", { clients: 4, blobs: 4 }),
  push("push", "one blob push", 1),
  push("push4", "four blob pushes at once", 4),
];

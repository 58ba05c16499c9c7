/** A server whose repositories are put under other keys, and what is asked of it. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { describeRekey } from "../../src/operations/entrepot/describe-rekey.ts";
import { rekeyRepository } from "../../src/operations/entrepot/rekey-repository.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import { isUnderKeyOf } from "../../src/registry/encryption/wrapped-key.ts";
import { createKey } from "../../src/registry/kms/create-key.ts";
import { type KmsKey, type KmsKeyState, kmsKeyArn } from "../../src/registry/kms/kms-key.ts";
import { limits } from "../../src/registry/limits.ts";
import type { Region, RepositoryName } from "../../src/registry/names.ts";
import type { Encryption } from "../../src/registry/repositories/repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { JobRunner } from "../../src/workers/job-runner.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { rekeyJob } from "../../src/workers/rekey-job.ts";
import { DistributionServer } from "./distribution-server.ts";
import { account, callerOf, imageManifest, otherAccount, TestRegistry } from "./ecr.ts";
import { digestOf } from "./oci-client.ts";
import { testPorts } from "./ports.ts";
import { addAccounts } from "./sessions.ts";

export const registry = { account, region: "us-east-1" as Region };
export let server: DistributionServer;
export let api: TestRegistry;

/** Opens a server over empty stores, to which all of the below is about; before each test. */
export async function openServer(blobs?: BlobStore): Promise<void> {
  server = new DistributionServer(await testPorts(blobs), {});
  await server.listen();
  api = new TestRegistry(server.opened);
  await addAccounts(server.opened.ports, account, otherAccount);
}

export const closeServer = () => server.close();

export type Wanted = { readonly encryptionType: Encryption["type"]; readonly kmsKey?: string };

export const newKey = () => createKey(server.opened.ports, { registry });
export const under = (key: KmsKey, encryptionType: "KMS" | "KMS_DSSE" = "KMS"): Wanted => ({
  encryptionType,
  kmsKey: kmsKeyArn(key),
});
export const service: Wanted = { encryptionType: "AES256" };

export async function setState(key: KmsKey, state: KmsKeyState): Promise<void> {
  const { ports, clock } = server.opened;
  await ports.metadata.transaction(({ kms }) => kms.keys.replace({ ...key, state }));
  clock.advance(2 * limits.identityCacheMs);
}

export async function create(
  repositoryName: string,
  encryptionConfiguration: Wanted,
): Promise<void> {
  await api.ask(createRepository, { repositoryName, encryptionConfiguration });
}

export async function rekey(repositoryName: string, encryptionConfiguration: Wanted) {
  const input = { repositoryName, encryptionConfiguration };
  return (await api.ask(rekeyRepository, input, callerOf(account))).rekey;
}

export const progress = async (repositoryName = "app") =>
  (await api.ask(describeRekey, { repositoryName })).rekey;

/** Runs what is due, as a worker does; resolves to what failed. */
export async function work(): Promise<unknown[]> {
  const failures: unknown[] = [];
  const runner = new JobRunner(server.opened.ports, [rekeyJob], {
    observer: {
      jobDone: () => undefined,
      jobFailed: ({ error }) => failures.push(error),
      workerFailed: (error) => failures.push(error),
    },
  });
  await runner.tick();
  await runner.settled();
  return failures;
}

/** Until nothing of it is left to be done. */
export async function finish(name = "app"): Promise<void> {
  for (let round = 0; round < 5; round++) {
    expect(await work()).toEqual([]);
    if ((await progress(name))?.status === "COMPLETE") return;
    server.opened.clock.advance(limits.rekeySettleMs);
  }
  expect(await progress(name)).toMatchObject({ status: "COMPLETE" });
}

export const layer = Buffer.alloc(2_500_000, "a layer of several frames ");
export const config = Buffer.from(JSON.stringify({ marker: "a config kept with the rows" }));
export const manifest = imageManifest(config, layer);

export async function push(name: string, tag = "v1"): Promise<void> {
  const client = server.client();
  await client.pushBlob(name, layer);
  await client.pushBlob(name, config);
  expect((await client.putManifest(name, tag, manifest)).status).toBe(201);
}

export async function pulls(name: string, tag = "v1"): Promise<void> {
  const client = server.client();
  const found = await client.get(`/v2/${name}/manifests/${tag}`);
  expect(found.status).toBe(200);
  const hash = createHash("sha256").update(found.body).digest("hex");
  expect(found.headers.get("docker-content-digest")).toBe(`sha256:${hash}`);
  for (const blob of [layer, config]) {
    const answer = await client.get(`/v2/${name}/blobs/${digestOf(blob)}`);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(blob)).toBe(true);
  }
}

export const repositoryOf = async (name: string) =>
  (await server.opened.ports.metadata.repositories.find(registry, name as RepositoryName))!;

/** Objects of the repository: of its layer, its config and its manifest. */
export async function objectsOf(name: string) {
  const { metadata } = server.opened.ports;
  const repository = await repositoryOf(name);
  const layers = await metadata.layers.list(repository, { limit: 100 });
  const images = await metadata.images.links(repository, { limit: 100 });
  const ids = [...layers, ...images].map(({ object }) => object);
  return metadata.objects.findMany(registry, ids);
}

export async function isAllUnderItsKey(name: string): Promise<boolean> {
  const repository = await repositoryOf(name);
  const objects = await objectsOf(name);
  return objects.every(({ wrappedKey }) => isUnderKeyOf(repository, wrappedKey));
}

export const grantsOf = (key: KmsKey) =>
  server.opened.ports.metadata.kms.grants.list(key, { limit: 100 });

export async function isWhole(): Promise<void> {
  const { ports, clock } = server.opened;
  await reclaimOnce(ports);
  clock.advance(2 * limits.layerLeaseMs);
  await reclaimOnce(ports);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
}

export const asWanted = async (name: string): Promise<Wanted> => {
  const { encryption } = await repositoryOf(name);
  return "keyArn" in encryption
    ? { encryptionType: encryption.type, kmsKey: encryption.keyArn }
    : { encryptionType: encryption.type };
};

/** Quotas under pushes that come at once, on every database. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { PackageTagPatterns } from "../../src/adapters/patterns/package-tag-patterns.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { RowStore } from "../../src/ports/row-copy.ts";
import { copiedTables } from "../../src/ports/row-copy.ts";
import { digestOf } from "../../src/registry/digest.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import { deleteImage } from "../../src/registry/images/delete-image.ts";
import { putImage } from "../../src/registry/images/put-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { mountLayer } from "../../src/registry/layers/mount-layer.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import { WorkInPlace } from "../../src/registry/layers/work-in-place.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { countQuota } from "../../src/registry/quotas/count-quota.ts";
import { deleteQuota, putQuota, type WantedQuota } from "../../src/registry/quotas/put-quota.ts";
import { covers, type Quota } from "../../src/registry/quotas/quota.ts";
import { recountQuota } from "../../src/registry/quotas/recount-quota.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { deleteRepository } from "../../src/registry/repositories/delete-repository.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { metadataStores, registry, repositoryName } from "./metadata-stores.ts";

const config = Buffer.from('{"os":"linux"}');
const never = new AbortController().signal;
const forGood = { by: "", keepMs: 0 };

/** Pushes and deletions over a store, one function for each thing that a client does. */
class Pusher {
  readonly ports: Ports;

  constructor(metadata: MetadataStore) {
    const clock = new FixedClock();
    this.ports = {
      ...{ metadata, clock, blobs: new MemoryBlobStore(), exclusive: new InProcessExclusive() },
      keys: new LocalKeyService({ masterKey: randomBytes(32), metadata, clock }),
      ...{
        egress: new HttpEgress({ isListed: () => false }),
        tagPatterns: new PackageTagPatterns(),
      },
      ...{ layerWork: new WorkInPlace(), memory: new RegistryMemory() },
    };
  }

  /** A repository with the config that every image here has. */
  async repository(text: string): Promise<RepositoryName> {
    const name = await this.empty(text);
    await this.layer(name, config);
    return name;
  }

  async empty(text: string): Promise<RepositoryName> {
    const name = repositoryName(text);
    await createRepository(this.ports, {
      ...{ registry, name, scanOnPush: false, encryption: { type: "AES256" } },
      ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] }, resourceTags: new Map() },
    });
    return name;
  }

  async layer(name: RepositoryName, content: Buffer): Promise<Digest> {
    const { id } = await startUpload(this.ports, registry, name);
    const digest = digestOf(content);
    await completeUpload(this.ports, registry, name, id, digest, {
      ...{ content: pieces(content), repeatable: false, emptyAllowed: true },
      enforcePartSize: false,
    });
    return digest;
  }

  /** Four digits make all of them equally long. */
  async image(name: RepositoryName, n: number): Promise<Digest> {
    const manifest = manifestOf(n);
    const wanted = { manifest, mediaType: undefined, tags: [], repeat: "accept" as const };
    return (await putImage(this.ports, registry, name, wanted)).digest;
  }

  /** Puts the quota and counts what is there. */
  async quota(wanted: Partial<WantedQuota> & Pick<WantedQuota, "prefix" | "unit">): Promise<Quota> {
    const { quota } = await this.put(wanted);
    await countQuota(this.ports, registry, quota.id, never);
    return this.found(quota.id);
  }

  put(wanted: Partial<WantedQuota> & Pick<WantedQuota, "prefix" | "unit">) {
    return putQuota(this.ports, registry, { soft: undefined, hard: undefined, ...wanted });
  }

  async found(id: string): Promise<Quota> {
    return (await this.ports.metadata.quotas.find(registry, id))!;
  }

  async used({ id }: Quota): Promise<number | undefined> {
    return (await this.ports.metadata.quotaUsage.of(registry, [id])).get(id);
  }

  repositories(): Promise<Repository[]> {
    return this.ports.metadata.repositories.list(registry, { limit: 1_000 });
  }

  /** Everything is counted as it is: usage, the repositories' own counters, and who is counted where. */
  async expectCounted(): Promise<void> {
    const { problems } = await checkStore(this.ports, { repair: false, verifyBytes: false });
    expect(problems).toEqual([]);
    for (const quota of await this.ports.metadata.quotas.list(registry, { limit: 100 })) {
      const covered = (await this.repositories()).filter(({ name }) => covers(quota.prefix, name));
      const sums = covered.map(({ sizeBytes, imageCount }) =>
        quota.unit === "BYTES" ? sizeBytes : imageCount,
      );
      expect(await this.used(quota)).toBe(sums.reduce((sum, each) => sum + each, 0));
    }
  }
}

function manifestOf(n: number): Buffer {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const descriptor = { mediaType: "application/vnd.oci.image.config.v1+json" };
  return Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType, layers: [] },
      config: { ...descriptor, digest: digestOf(config), size: config.length },
      annotations: { n: String(n).padStart(4, "0") },
    }),
  );
}

const manifestBytes = manifestOf(0).length;

async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  yield Uint8Array.from(content);
}

/** How many went well; all others were refused by a quota. */
async function outcomes(pushes: readonly Promise<unknown>[]): Promise<number> {
  const ends = await Promise.allSettled(pushes);
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  expect(failures.filter((error) => !isRegistryError(error, "LimitExceeded"))).toEqual([]);
  return ends.length - failures.length;
}

const times = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));

describe.each(metadataStores)("quotas on $name", ({ open }) => {
  const pusher = async () => new Pusher((await open()).store);

  it("let exactly as many images in as the hard limit says, when 50 push at once", async () => {
    const client = await pusher();
    const names = await Promise.all(times(5, (n) => client.repository(`team/app-${n}`)));
    const outside = await client.repository("teams");
    const quota = await client.quota({ prefix: "team/", unit: "IMAGES", hard: 37 });
    expect(quota).toMatchObject({ prefix: "team", state: "ACTIVE" });
    const pushes = times(50, (n) => client.image(names[n % 5]!, n));
    const beside = times(5, (n) => client.image(outside, n));
    expect(await outcomes(pushes)).toBe(37);
    expect(await outcomes(beside)).toBe(5);
    const counts = (await client.repositories()).map(({ imageCount }) => imageCount);
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(37 + 5);
    expect(await client.used(quota)).toBe(37);
    await client.expectCounted();
    await expect(client.image(names[0]!, 999)).rejects.toMatchObject({
      kind: "LimitExceeded",
      message:
        "The repository with name 'team/app-0' in registry with id '000000000000' cannot take this: the quota of repositories under 'team' is 37 images, and 38 would be used",
    });
  });

  it("let exactly as many bytes in, with another quota that is full as well", async () => {
    const client = await pusher();
    const names = await Promise.all(times(4, (n) => client.repository(`team/app-${n}`)));
    const hard = 4 * config.length + 30 * manifestBytes + manifestBytes - 1;
    const bytes = await client.quota({ prefix: "team", unit: "BYTES", hard });
    await client.quota({ prefix: "", unit: "IMAGES", hard: 31 });
    expect(await outcomes(times(50, (n) => client.image(names[n % 4]!, n)))).toBe(30);
    expect(await client.used(bytes)).toBe(hard - manifestBytes + 1);
    await client.expectCounted();
  });

  it("take layers of several sizes up to the limit, and leave nothing of those refused", async () => {
    const client = await pusher();
    const names = await Promise.all(times(3, (n) => client.empty(`team/app-${n}`)));
    const quota = await client.quota({ prefix: "team", unit: "BYTES", hard: 100_000 });
    const contents = times(30, (n) => randomBytes(4_000 + 400 * n));
    await outcomes(contents.map((content, n) => client.layer(names[n % 3]!, content)));
    const used = (await client.used(quota))!;
    expect(used).toBeLessThanOrEqual(100_000);
    expect(used).toBeGreaterThan(100_000 - 16_000);
    await client.expectCounted();
    // Sessions that were refused end with their time, and their bytes with them.
    (client.ports.clock as FixedClock).advance(48 * 3600 * 1000);
    await reclaimOnce(client.ports);
    expect(await Array.fromAsync(client.ports.blobs.list())).toEqual([]);
    expect(await client.used(quota)).toBe(0);
    await client.expectCounted();
  });

  it("charge a layer once, give it back, and charge what is mounted", async () => {
    const client = await pusher();
    const [one, two] = [await client.empty("team/one"), await client.empty("team/two")];
    const quota = await client.quota({ prefix: "team", unit: "BYTES", hard: 1_500 });
    const digest = await client.layer(one, randomBytes(1_000));
    expect(await client.used(quota)).toBe(1_000);
    const mount = () =>
      mountLayer(client.ports, { registry, name: two }, digest, one, async () => true);
    await client.ports.metadata.transaction((change) =>
      change.settings.put(registry, "BLOB_MOUNTING", "ENABLED"),
    );
    await expect(mount()).rejects.toMatchObject({ kind: "LimitExceeded" });
    await client.put({ prefix: "team", unit: "BYTES", hard: 2_000 });
    await mount();
    await mount();
    expect(await client.used(quota)).toBe(2_000);
    await client.expectCounted();
    await deleteRepository(client.ports, registry, one, { force: true, ...forGood });
    expect(await client.used(quota)).toBe(1_000);
    await client.expectCounted();
  });

  it("refuse the next push and nothing else once a limit is below what is used", async () => {
    const client = await pusher();
    const name = await client.repository("team/app");
    const quota = await client.quota({ prefix: "team/app", unit: "IMAGES", hard: 40 });
    const digests = await Promise.all(times(20, (n) => client.image(name, n)));
    const lowered = await client.put({ prefix: "team/app", unit: "IMAGES", soft: 2, hard: 10 });
    expect(lowered).toMatchObject({ used: 20, quota: { id: quota.id, soft: 2, hard: 10 } });
    await client.image(name, 3); // It is there already.
    for (const digest of digests.splice(0, 10)) {
      await deleteImage(client.ports, registry, name, { digest }, forGood);
      await expect(client.image(name, 100)).rejects.toMatchObject({ kind: "LimitExceeded" });
    }
    for (const digest of digests.splice(0, 3)) {
      await deleteImage(client.ports, registry, name, { digest }, forGood);
    }
    expect(await outcomes(times(20, (n) => client.image(name, 200 + n)))).toBe(3);
    await client.put({ prefix: "team/app", unit: "IMAGES", soft: 2 });
    expect(await outcomes(times(20, (n) => client.image(name, 300 + n)))).toBe(20);
    await client.put({ prefix: "team/app", unit: "IMAGES", hard: 31 });
    expect(await outcomes(times(20, (n) => client.image(name, 400 + n)))).toBe(1);
    await client.expectCounted();
  });

  it("count every repository once, whatever is pushed, made and deleted meanwhile", async () => {
    const client = await pusher();
    const names = await Promise.all(times(45, (n) => client.repository(`team/app-${n}`)));
    await client.repository("team");
    await client.repository("team-b");
    await Promise.all(names.map((name, n) => client.image(name, n)));
    const busy = [
      ...times(15, (n) => client.repository(`team/new-${n}`).then((name) => client.image(name, n))),
      ...names.slice(0, 20).map((name, n) => client.image(name, 100 + n)),
      ...names
        .slice(20, 30)
        .map((name) => deleteRepository(client.ports, registry, name, { force: true, ...forGood })),
      ...names.slice(30, 40).map(async (name) => {
        await deleteRepository(client.ports, registry, name, { force: true, ...forGood });
        await client.image(await client.repository(name), 500);
      }),
    ];
    const quotas = (["IMAGES", "BYTES"] as const).flatMap((unit) =>
      // Two workers that believe to have the job.
      times(2, () => client.quota({ prefix: "team", unit, hard: 2 ** 40 })),
    );
    await Promise.all([...busy, ...quotas]);
    const found = await client.ports.metadata.quotas.list(registry, { limit: 9 });
    expect(found.map(({ state }) => state)).toEqual(["ACTIVE", "ACTIVE"]);
    for (const quota of found) {
      expect(await recountQuota(client.ports, quota, { repair: false })).toBeUndefined();
    }
    await client.expectCounted();
  });

  it("refuse nothing while they count, and go on where another left off", async () => {
    const client = await pusher();
    const names = await Promise.all(times(25, (n) => client.repository(`app-${n + 10}`)));
    await Promise.all(names.map((name) => client.image(name, 1)));
    const { quota } = await client.put({ prefix: "", unit: "IMAGES", hard: 3 });
    expect(quota.state).toBe("COUNTING");
    const halt = new AbortController();
    const { find } = client.ports.metadata.quotas;
    let looks = 0;
    const reads = client.ports.metadata.quotas;
    const quotas = Object.assign(Object.create(reads), {
      find: (...of: Parameters<typeof find>) => {
        if (++looks === 2) halt.abort(new Error("stopped"));
        return reads.find(...of);
      },
    });
    const metadata = Object.assign(Object.create(client.ports.metadata), {
      quotas,
      transaction: client.ports.metadata.transaction.bind(client.ports.metadata),
    });
    const counting = countQuota({ metadata }, registry, quota.id, halt.signal);
    await expect(counting).rejects.toThrow("stopped");
    expect(await client.found(quota.id)).toMatchObject({ state: "COUNTING", position: /^app-/ });
    await client.image(names[0]!, 2);
    await client.image(names[24]!, 2);
    await countQuota(client.ports, registry, quota.id, never);
    expect(await client.found(quota.id)).toMatchObject({ state: "ACTIVE" });
    expect(await client.used(quota)).toBe(27);
    await expect(client.image(names[0]!, 3)).rejects.toMatchObject({ kind: "LimitExceeded" });
    await client.expectCounted();
  });

  it("are forgotten by repositories after they were deleted, which never keeps a push", async () => {
    const client = await pusher();
    const name = await client.repository("team/app");
    const place = { prefix: "team", unit: "IMAGES" } as const;
    const first = await client.quota({ ...place, hard: 1 });
    const bytes = await client.quota({ prefix: "team", unit: "BYTES", hard: 2 ** 30 });
    await client.image(name, 1);
    await deleteQuota(client.ports, registry, place);
    await expect(deleteQuota(client.ports, registry, place)).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
    const second = await client.quota({ ...place, hard: 3 });
    expect(await client.used(second)).toBe(1);
    expect(await outcomes(times(10, (n) => client.image(name, 10 + n)))).toBe(2);
    const [repository] = await client.repositories();
    expect(repository?.quotaIds).toEqual([bytes.id, second.id].toSorted());
    expect(repository?.quotaIds).not.toContain(first.id);
    await client.expectCounted();
  });

  it("take up again where another store had fewer parts", async () => {
    const client = await pusher();
    const name = await client.repository("team/app");
    const quota = await client.quota({ prefix: "team", unit: "IMAGES", hard: 20 });
    const digests = await Promise.all(times(10, (n) => client.image(name, n)));
    const { rows } = client.ports.metadata as MetadataStore & { readonly rows: RowStore };
    const table = copiedTables.find((each) => each.name === "quota_usage")!;
    const parts = await rows.page(table, undefined);
    await rows.change([
      ...parts.map((row) => ({ kind: "remove" as const, table, row })),
      { kind: "insert", table, row: { ...parts[0]!, slot: 0, used: 10, allowance: 20 } },
    ]);
    await Promise.all(
      digests.map((digest) => deleteImage(client.ports, registry, name, { digest }, forGood)),
    );
    expect(await client.used(quota)).toBe(0);
    expect(await outcomes(times(30, (n) => client.image(name, 100 + n)))).toBe(20);
    await client.expectCounted();
  });

  it("equal a recount after whatever was done", async () => {
    const step = fc.record({
      kind: fc.constantFrom(
        "push",
        "push",
        "push",
        "layer",
        "delete",
        "make",
        "drop",
        "quota",
        "end",
      ),
      at: fc.nat(3),
      n: fc.nat(9),
    });
    const run = async (steps: readonly (readonly { kind: string; at: number; n: number }[])[]) => {
      const client = await pusher();
      for (const together of steps) {
        await outcomes(together.map((each) => doStep(client, each)));
        await countAll(client);
        await client.expectCounted();
        for (const quota of await client.ports.metadata.quotas.list(registry, { limit: 100 })) {
          expect(await recountQuota(client.ports, quota, { repair: false })).toBeUndefined();
        }
      }
    };
    const together = fc.array(step, { minLength: 1, maxLength: 6 });
    const steps = fc.array(together, { minLength: 4, maxLength: 8 });
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 6 });
  });
});

const prefixes = ["", "a", "a/b", "a/b/c"];

/** One thing that a client does; what is not there is no error here. */
async function doStep(
  client: Pusher,
  { kind, at, n }: { kind: string; at: number; n: number },
): Promise<void> {
  const { ports } = client;
  const name = repositoryName(["a", "a/b", "a/b/c", "ab"][at]!.padStart(2, "a"));
  const place = { prefix: prefixes[at]!, unit: n % 2 === 0 ? "IMAGES" : "BYTES" } as const;
  const does: Record<string, () => Promise<unknown>> = {
    push: async () => {
      await client.layer(name, config);
      await client.image(name, n);
    },
    layer: () => client.layer(name, Buffer.alloc(100 * n + 1, String(n))),
    delete: () => deleteImage(ports, registry, name, { digest: digestOf(manifestOf(n)) }, forGood),
    make: () => client.empty(name),
    drop: () => deleteRepository(ports, registry, name, { force: true, ...forGood }),
    quota: () => client.put({ ...place, hard: place.unit === "IMAGES" ? n : 400 * n }),
    end: () => deleteQuota(ports, registry, place),
  };
  try {
    await does[kind]!();
  } catch (error) {
    const absent = ["RepositoryNotFound", "RepositoryAlreadyExists", "ImageNotFound"];
    const ended = ["ResourceNotFound", "LayersNotFound", "UploadNotFound"];
    if (!isRegistryError(error) || ![...absent, ...ended].includes(error.kind)) throw error;
  }
}

async function countAll(client: Pusher): Promise<void> {
  for (const { id } of await client.ports.metadata.quotas.list(registry, { limit: 100 })) {
    await countQuota(client.ports, registry, id, never);
  }
}

it("a part of a quota that is read early is not what decides", async () => {
  const client = new Pusher((await metadataStores[0]!.open()).store);
  const name = await client.empty("team/app");
  await client.quota({ prefix: "team", unit: "BYTES", hard: 1_000 });
  const content = randomBytes(1_000);
  await client.layer(name, content);
  // Full: no session begins, and one that began before takes nothing more.
  await expect(startUpload(client.ports, registry, name)).rejects.toMatchObject({
    kind: "LimitExceeded",
  });
  await client.put({ prefix: "team", unit: "BYTES", hard: 1_001 });
  const { id } = await startUpload(client.ports, registry, name);
  await appendToUpload(client.ports, registry, name, id, pieces(Buffer.from("12")), {});
  const complete = (digest: Digest) =>
    completeUpload(client.ports, registry, name, id, digest, {
      ...{ repeatable: false, emptyAllowed: true, enforcePartSize: false },
    });
  const digest = digestOf(Buffer.from("12"));
  await expect(complete(digest)).rejects.toMatchObject({ kind: "LimitExceeded" });
  await client.put({ prefix: "team", unit: "BYTES", hard: 1_002 });
  expect(await complete(digest)).toMatchObject({ existed: false });
  await client.expectCounted();
});

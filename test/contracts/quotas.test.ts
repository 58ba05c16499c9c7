/** Quotas under pushes that come at once, on every database. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { FixedClock } from "../../src/adapters/clock/fixed.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { RowStore } from "../../src/ports/row-copy.ts";
import { copiedTables } from "../../src/ports/row-copy.ts";
import { digestOf } from "../../src/registry/digest.ts";
import { deleteImage } from "../../src/registry/images/delete-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { mountLayer } from "../../src/registry/layers/mount-layer.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { Digest } from "../../src/registry/names.ts";
import { countQuota } from "../../src/registry/quotas/count-quota.ts";
import { deleteQuota } from "../../src/registry/quotas/put-quota.ts";
import { recountQuota } from "../../src/registry/quotas/recount-quota.ts";
import { putServiceQuota, repositoriesQuota } from "../../src/registry/quotas/service-quotas.ts";
import { deleteRepository } from "../../src/registry/repositories/delete-repository.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { postgresMissing } from "../support/postgres.ts";
import { sharedPostgres } from "../support/shared-postgres.ts";
import { forGood } from "../support/store.ts";
import { metadataStores, registry } from "./metadata-stores.ts";
import { config, manifestBytes, never, outcomes, Pusher, pieces, times } from "./pusher.ts";

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

  it("let exactly as many in where the parts of a quota run out one after the other", async () => {
    const client = await pusher();
    const names = await Promise.all(times(8, (n) => client.repository(`app-${n}`)));
    const quota = await client.quota({ prefix: "", unit: "IMAGES", hard: 150 });
    expect(await outcomes(times(180, (n) => client.image(names[n % 8]!, n)))).toBe(150);
    expect(await client.used(quota)).toBe(150);
    await client.expectCounted();
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

  it("let exactly as many repositories be made as the service quota says", async () => {
    const client = await pusher();
    await putServiceQuota(client.ports, registry, repositoriesQuota.code, 12);
    expect(await outcomes(times(30, (n) => client.empty(`app-${n}`)))).toBe(12);
    expect(await client.ports.metadata.repositories.count(registry)).toBe(12);
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
});

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

it.skipIf(postgresMissing() !== undefined)(
  "PostgreSQL has no deadlock to end where the parts of quotas run out",
  async () => {
    const { store, reopen } = await metadataStores.at(-1)!.open();
    const client = new Pusher(store);
    const names = await Promise.all(times(8, (n) => client.repository(`app-${n}`)));
    await client.quota({ prefix: "", unit: "IMAGES", hard: 120 });
    await client.quota({
      prefix: "",
      unit: "BYTES",
      hard: 8 * config.length + 125 * manifestBytes,
    });
    expect(await outcomes(times(140, (n) => client.image(names[n % 8]!, n)))).toBe(120);
    await reopen(); // Connections tell what they counted when they end.
    const server = await sharedPostgres();
    const counted = "select sum(deadlocks)::int as deadlocks from pg_stat_database";
    expect(await server.execute(counted)).toEqual([{ deadlocks: 0 }]);
  },
);

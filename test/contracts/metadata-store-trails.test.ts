/** Trails, what waits for them, their files and digests. */
import { describe, expect, it } from "vitest";
import type { AuditRow } from "../../src/ports/audit-store.ts";
import type { AccountId, Region, Registry } from "../../src/registry/names.ts";
import { type Trail, type TrailFile, untilStopped } from "../../src/registry/trails/trail.ts";
import { metadataStores, registry } from "./metadata-stores.ts";

const elsewhere: Registry = { account: registry.account, region: "eu-north-1" as Region };
const others: Registry = { account: "555555555555" as AccountId, region: registry.region };

const trailOf = (name: string, more: Partial<Trail> = {}): Trail => ({
  ...{ registry, name, id: `id-${name}`, isMultiRegion: false, isOrganization: false },
  ...{ logsFrom: 0, logsUntil: untilStopped },
  settings: {
    ...{ target: "bucket", prefix: "", includesGlobalEvents: true, validatedSince: 1, tags: [] },
  },
  status: { gaps: [] },
  ...more,
});
const row = (at: number, id: string, more: Partial<AuditRow> = {}): AuditRow => ({
  ...{ registry, kind: "api", at, id, records: 1, body: `{"of":"${id}"}` },
  ...more,
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: trails", ({ open }) => {
  it("keeps trails, one of a name, with what may change", async () => {
    const { store, reopen } = await open();
    const [one, other] = [trailOf("one"), trailOf("other", { isMultiRegion: true })];
    const foreign = trailOf("one", { registry: others, id: "x", isOrganization: true });
    await store.transaction(async ({ trails: { trails } }) => {
      expect(await trails.insertIfAbsent(one)).toBe(true);
      expect(await trails.insertIfAbsent({ ...one, id: "second" })).toBe(false);
      await trails.insertIfAbsent(other);
      await trails.insertIfAbsent(foreign);
    });
    const changed = { ...one, logsUntil: 9, status: { gaps: [], stoppedAt: 9 } };
    await store.transaction(async ({ trails: { trails } }) => {
      expect(await trails.lock(one)).toEqual(one);
      await trails.replace(changed);
      expect(await trails.remove({ registry, name: "none" })).toBe(false);
    });
    const { trails } = (await reopen()).trails;
    expect(await trails.find(one)).toEqual(changed);
    expect(await trails.ofAccount(registry.account)).toEqual([changed, other]);
    const all = await trails.listAll({ limit: 9 });
    expect(all).toHaveLength(3);
    expect(await trails.listAll({ after: all[0], limit: 1 })).toEqual([all[1]]);
  });

  it("notes each row once for every trail that is to have it, and keeps it until it is let go", async () => {
    const { store, reopen } = await open();
    const read = store.trails.records;
    const change = store.transaction.bind(store);
    const put = (...rows: AuditRow[]) => change(({ audit }) => audit.put(rows));
    await put(row(1, "before"));
    await change(async ({ trails: { trails } }) => {
      await trails.insertIfAbsent(trailOf("own", { logsFrom: 2, logsUntil: 8 }));
      await trails.insertIfAbsent(trailOf("wide", { isMultiRegion: true }));
      const everybody = { isOrganization: true, registry: others };
      await trails.insertIfAbsent(trailOf("all", everybody));
    });
    await put(row(1, "before", { body: "{}" }), row(1, "early"));
    await put(row(4, "b", { records: 7 }), row(4, "a"), row(5, "c"), row(9_000, "late"));
    await put(row(5, "c", { body: "{}" }), row(6, "e", { registry: elsewhere }));
    await put(row(6, "o", { registry: others }));
    const waiting = (trail: string, of = registry, until = 9_999, limit = 99) =>
      read.waiting(`id-${trail}`, of, { until, limit });
    expect(await waiting("own")).toEqual([
      { at: 4, id: "a", records: 1 },
      { at: 4, id: "b", records: 7 },
      { at: 5, id: "c", records: 1 },
    ]);
    expect((await waiting("own", registry, 4, 1)).map(({ id }) => id)).toEqual(["a"]);
    expect((await waiting("wide")).map(({ id }) => id)).toEqual(["early", "a", "b", "c", "late"]);
    expect(await waiting("all")).toHaveLength(5);
    expect(await waiting("all", others)).toHaveLength(1);
    expect(await waiting("all", elsewhere)).toEqual([]);
    const first = await read.nextRegistry("id-wide", undefined);
    const second = await read.nextRegistry("id-wide", first);
    expect([first, second]).toEqual(
      [registry, elsewhere].sort((one, two) => (one.region < two.region ? -1 : 1)),
    );
    expect(await read.nextRegistry("id-wide", second)).toBeUndefined();
    expect([await read.nextTrail(""), await read.nextTrail("id-all")]).toEqual([
      "id-all",
      "id-own",
    ]);

    await change(({ trails: { records } }) => records.assign("id-own", registry, row(4, "b"), "f"));
    expect((await waiting("own")).map(({ id }) => id)).toEqual(["c"]);
    expect((await read.inFile("id-own", registry, "f")).map(({ id }) => id)).toEqual(["a", "b"]);
    const removeOld = () => change(({ audit }) => audit.removeBefore("api", 9_999, 99));
    expect(await removeOld()).toBe(1);
    await change(async ({ trails: { records } }) => {
      await records.forgetFile("id-own", registry, "f");
      await records.forgetWaiting("id-own", registry, row(5, "c"));
      expect(await records.forgetTrail("id-wide", 3)).toBe(3);
      expect(await records.forgetTrail("id-wide", 9)).toBe(3);
    });
    // One trail still has to have them.
    expect(await removeOld()).toBe(1);
    expect(await read.nextTrail("id-all")).toBeUndefined();
    await change(({ trails: { records } }) => records.forgetTrail("id-all", 99));
    expect(await removeOld()).toBe(6);
    // A store that is opened anew knows of its trails.
    const again = await reopen();
    await again.transaction(({ audit }) => audit.put([row(7, "again")]));
    expect(await again.trails.records.nextTrail("id-own")).toBe("id-wide");
  });

  it("keeps files until their digest is written, chains and keys", async () => {
    const { store } = await open();
    const change = store.transaction.bind(store);
    const { files, chains, keys } = store.trails;
    const file = (id: string, more: Partial<TrailFile> = {}): TrailFile => ({
      ...{ trail: "t", registry, id, plannedAt: 1, object: `o-${id}`, digest: "" },
      ...more,
    });
    const written = { at: 5, target: "bucket", hash: "h", oldest: 1, newest: 2 };
    await change(async ({ trails }) => {
      for (const id of ["a", "b", "c"]) await trails.files.insert(file(id));
      expect(await trails.files.setWritten(file("a", { written }))).toBe(true);
      const again = file("a", { written: { ...written, hash: "other" } });
      expect(await trails.files.setWritten(again)).toBe(false);
      await trails.files.setWritten(file("c", { written }));
      await trails.files.remove(file("c"));
    });
    expect((await files.unwritten("t", 9)).map(({ id }) => id)).toEqual(["b"]);
    expect(await files.ofDigest("t", registry, "")).toEqual([file("a", { written })]);
    expect(await files.undigested("t")).toEqual([registry]);
    await change(({ trails }) => trails.files.assign("t", registry, "d"));
    expect(await files.ofDigest("t", registry, "")).toEqual([]);
    expect(await files.ofDigest("t", registry, "d")).toEqual([file("a", { written, digest: "d" })]);
    await change(({ trails }) => trails.files.removeOfDigest("t", registry, "d"));
    expect(await files.ofDigest("t", registry, "d")).toEqual([]);

    const chain = { trail: "t", registry, openSince: 5, toldUntil: 0 };
    await change(({ trails }) => trails.chains.put({ ...chain, openSince: 1 }));
    await change(({ trails }) => trails.chains.put(chain));
    await change(({ trails }) => trails.chains.put({ ...chain, registry: elsewhere }));
    expect(await chains.find("t", registry)).toEqual(chain);
    expect(await chains.ofTrail("t")).toHaveLength(2);
    await change(async ({ trails }) => {
      await trails.chains.removeOfTrail("t");
      await trails.files.removeOfTrail("t");
    });
    expect([await chains.ofTrail("t"), await files.unwritten("t", 9)]).toEqual([[], []]);

    const key = (fingerprint: string, createdAt: number, sealedPrivateKey = "s") => ({
      ...{ registry, fingerprint, publicKey: "p", sealedPrivateKey, createdAt },
    });
    await change(async ({ trails }) => {
      expect(await trails.keys.insertIfAbsent(key("a", 1))).toBe(true);
      expect(await trails.keys.insertIfAbsent(key("a", 9))).toBe(false);
      await trails.keys.insertIfAbsent(key("b", 2));
      await trails.keys.reseal(key("a", 1, "anew"));
    });
    expect(await keys.find(registry, "a")).toEqual(key("a", 1, "anew"));
    expect((await keys.list(registry, 9)).map(({ fingerprint }) => fingerprint)).toEqual([
      "b",
      "a",
    ]);
    expect(await keys.listAll({ after: key("a", 1), limit: 9 })).toEqual([key("b", 2)]);
  });
});

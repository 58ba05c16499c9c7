/** Keys of KMS with their versions, aliases, grants, and what they were used for. */
import { describe, expect, it } from "vitest";
import { scopesOf } from "../../src/registry/kms/grant-scope.ts";
import type {
  EncryptionContext,
  KmsGrant,
  KmsKey,
  KmsKeyVersion,
  KmsUse,
} from "../../src/registry/kms/kms-key.ts";
import { addRepository, metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

const sampleKey = (id: string, more: Partial<KmsKey> = {}): KmsKey => ({
  registry,
  id,
  state: "Enabled",
  manager: "CUSTOMER",
  description: "",
  policy: "{}",
  tags: [],
  createdAt: 1,
  deletionAt: undefined,
  version: 1,
  rotation: undefined,
  rotationsOnDemand: 0,
  ...more,
});

const versionOf = (key: KmsKey, version: number): KmsKeyVersion => ({
  key: { registry: key.registry, id: key.id },
  version,
  wrapped: Uint8Array.of(0, 255, version),
  origin: version === 1 ? "CREATED" : "ON_DEMAND",
  createdAt: version,
});

const grantOn = (key: KmsKey, id: string, more: Partial<KmsGrant> = {}): KmsGrant => ({
  key: { registry: key.registry, id: key.id },
  id,
  name: "",
  grantee: "AROA1",
  retiring: "",
  operations: ["Decrypt", "GenerateDataKey"],
  constraints: { encryptionContextSubset: { "aws:ecr:arn": "ü" } },
  issuer: "arn:aws:iam::000000000000:root",
  createdAt: 1,
  ...more,
});

const useOf = (key: KmsKey, at: number, id: string, error?: string): KmsUse => ({
  key: { registry: key.registry, id: key.id },
  id,
  at,
  operation: "Decrypt",
  principal: "arn:aws:iam::000000000000:root",
  requestId: "r",
  encryptionContext: { "aws:ecr:arn": "arn" },
  error,
});

const [elsewhere] = otherRegistries;

describe.each(metadataStores)("$name keeps the MetadataStore contract: KMS", ({ open }) => {
  it("gives a key back as it was stored and as it was changed, in its own region only", async () => {
    const { store } = await open();
    const key = sampleKey("a", { description: "ü", tags: [{ key: "k", value: "v" }] });
    const abroad = sampleKey("a", { registry: elsewhere! });
    await store.transaction(async ({ kms }) => {
      await kms.keys.insert(key);
      await kms.keys.insert(abroad);
      expect(await kms.keys.lock(key)).toEqual(key);
      expect(await kms.keys.lock({ registry, id: "none" })).toBeUndefined();
    });
    const next = sampleKey("a", {
      state: "PendingDeletion",
      manager: "AWS",
      deletionAt: 9,
      version: 3,
      rotation: { periodDays: 365, nextAt: 8 },
      rotationsOnDemand: 2,
    });
    await store.transaction(({ kms }) => kms.keys.replace(next));
    expect(await store.kms.keys.find(key)).toEqual(next);
    expect(await store.kms.keys.find(abroad)).toEqual(abroad);
    await store.transaction(({ kms }) => kms.keys.remove(key));
    expect(await store.kms.keys.find(key)).toBeUndefined();
    expect(await store.kms.keys.find(abroad)).toEqual(abroad);
  });

  it("keeps or finds a text with U+0000, or says that it is the caller's fault", async () => {
    const { store } = await open();
    const described = sampleKey("a", { description: "a\0b" });
    const outcome = await store
      .transaction(async ({ kms }) => kms.keys.insert(described))
      .catch((error: unknown) => error);
    if (outcome === undefined) expect(await store.kms.keys.find(described)).toEqual(described);
    else expect(outcome).toMatchObject({ kind: "InvalidParameter" });
    const found = await store.kms.keys.find(sampleKey("a\0b")).catch((error: unknown) => error);
    if (found !== undefined) expect(found).toMatchObject({ kind: "InvalidParameter" });
    expect(await store.kms.keys.find(sampleKey("none"))).toBeUndefined();
  });

  it("lists the keys of a region by id, page by page", async () => {
    const { store } = await open();
    await store.transaction(async ({ kms }) => {
      for (const id of ["b", "a", "c"]) await kms.keys.insert(sampleKey(id));
      await kms.keys.insert(sampleKey("d", { registry: elsewhere! }));
    });
    const ids = async (page: { after?: string; limit: number }) =>
      (await store.kms.keys.list(registry, page)).map(({ id }) => id);
    expect(await ids({ limit: 9 })).toEqual(["a", "b", "c"]);
    expect(await ids({ after: "a", limit: 1 })).toEqual(["b"]);
  });

  it("finds keys whose deletion or rotation is due, of every region", async () => {
    const { store } = await open();
    await store.transaction(async ({ kms }) => {
      await kms.keys.insert(sampleKey("a"));
      await kms.keys.insert(sampleKey("b", { deletionAt: 5 }));
      await kms.keys.insert(sampleKey("c", { deletionAt: 6 }));
      const rotation = { periodDays: 90, nextAt: 4 };
      await kms.keys.insert(sampleKey("d", { registry: elsewhere!, rotation }));
      await kms.keys.insert(sampleKey("e", { state: "Disabled", rotation }));
    });
    const due = async (now: number, limit = 9) =>
      (await store.kms.keys.due(now, limit)).map(({ id }) => id).toSorted();
    expect(await due(3)).toEqual([]);
    expect(await due(5)).toEqual(["b", "d"]);
    expect(await due(6)).toEqual(["b", "c", "d"]);
    expect(await due(6, 1)).toHaveLength(1);
  });

  it("keeps versions of a key, the newest first, until all are destroyed", async () => {
    const { store } = await open();
    const [key, other] = [sampleKey("a"), sampleKey("b", { registry: elsewhere! })];
    await store.transaction(async ({ kms }) => {
      for (const each of [key, other]) {
        await kms.keys.insert(each);
        for (const n of [1, 2, 3]) await kms.keys.insertVersion(versionOf(each, n));
      }
    });
    const { keys } = store.kms;
    const plain = (version: KmsKeyVersion | undefined) =>
      version && { ...version, wrapped: Uint8Array.from(version.wrapped) };
    expect(plain(await keys.version(key, 2))).toEqual(versionOf(key, 2));
    expect(await keys.version(key, 4)).toBeUndefined();
    const numbers = async (page: { after?: number; limit: number }) =>
      (await keys.versions(key, page)).map(({ version }) => version);
    expect(await numbers({ limit: 9 })).toEqual([3, 2, 1]);
    expect(await numbers({ after: 3, limit: 1 })).toEqual([2]);

    const everything = await keys.listVersions({ limit: 9 });
    expect(everything).toHaveLength(6);
    expect(await keys.listVersions({ after: everything[2]!, limit: 9 })).toEqual(
      everything.slice(3),
    );
    const anew = { ...versionOf(key, 2), wrapped: Uint8Array.of(7) };
    await store.transaction(({ kms }) => kms.keys.rewrapVersion(anew));
    expect(plain(await keys.version(key, 2))).toEqual(anew);
    expect(plain(await keys.version(other, 2))).toEqual(versionOf(other, 2));
    await store.transaction(({ kms }) => kms.keys.removeVersions(key));
    expect(await keys.versions(key, { limit: 9 })).toEqual([]);
    expect(await keys.versions(other, { limit: 9 })).toHaveLength(3);
  });

  it("points an alias at one key of its region at a time", async () => {
    const { store } = await open();
    const alias = (name: string, key: string, of = registry) => ({
      ...{ registry: of, name, key },
      ...{ createdAt: 1, updatedAt: 1 },
    });
    await store.transaction(async ({ kms: { aliases } }) => {
      expect(await aliases.insertIfAbsent(alias("alias/b", "k1"))).toBe(true);
      expect(await aliases.insertIfAbsent(alias("alias/b", "k2"))).toBe(false);
      expect(await aliases.insertIfAbsent(alias("alias/b", "k3", elsewhere))).toBe(true);
      expect(await aliases.insertIfAbsent(alias("alias/a", "k2"))).toBe(true);
      expect(await aliases.replace({ ...alias("alias/b", "k2"), updatedAt: 2 })).toBe(true);
      expect(await aliases.replace(alias("alias/none", "k2"))).toBe(false);
    });
    const { aliases } = store.kms;
    const moved = { ...alias("alias/b", "k2"), updatedAt: 2 };
    expect(await aliases.find(registry, "alias/b")).toEqual(moved);
    expect(await aliases.find(elsewhere!, "alias/a")).toBeUndefined();
    expect(await aliases.list(registry, { after: "alias/a", limit: 9 })).toEqual([moved]);
    expect(await aliases.of({ registry, id: "k1" }, { limit: 9 })).toEqual([]);
    expect(await aliases.of({ registry, id: "k2" }, { limit: 9 })).toHaveLength(2);
    await store.transaction(async ({ kms }) => {
      expect(await kms.aliases.remove(registry, "alias/b")).toBe(true);
      expect(await kms.aliases.remove(registry, "alias/b")).toBe(false);
      await kms.aliases.removeOf({ registry, id: "k2" });
    });
    expect(await aliases.list(registry, { limit: 9 })).toEqual([]);
    expect(await aliases.list(elsewhere!, { limit: 9 })).toHaveLength(1);
  });

  it("finds the grants of a key, of a grantee, by name, and those that somebody may retire", async () => {
    const { store } = await open();
    const [key, other] = [sampleKey("k1"), sampleKey("k2")];
    const named = grantOn(key, "g2", { name: "n", retiring: "AIDA1" });
    await store.transaction(async ({ kms: { grants } }) => {
      await grants.insert(grantOn(key, "g3", { grantee: "AROA2" }));
      await grants.insert(grantOn(key, "g1", { constraints: {} }));
      await grants.insert(named);
      await grants.insert(grantOn(other, "g0", { retiring: "AIDA1" }));
    });
    const { grants } = store.kms;
    expect(await grants.find(key, "g2")).toEqual(named);
    expect(await grants.find(other, "g2")).toBeUndefined();
    const ids = async (...[page, filter]: [object, object?]) =>
      (await grants.list(key, { limit: 9, ...page }, filter)).map(({ id }) => id);
    expect(await ids({})).toEqual(["g1", "g2", "g3"]);
    expect(await ids({ after: "g1", limit: 1 })).toEqual(["g2"]);
    expect(await ids({}, { grantee: "AROA1" })).toEqual(["g1", "g2"]);
    expect(await ids({}, { grantee: "AROA1", name: "n" })).toEqual(["g2"]);
    expect(await grants.count(key)).toBe(3);
    const retirable = async (page: object) =>
      (await grants.retirable(registry, "AIDA1", { limit: 9, ...page })).map(({ id }) => id);
    expect(await retirable({})).toEqual(["g2", "g0"]);
    expect(await retirable({ after: { key: "k1", id: "g2" } })).toEqual(["g0"]);
    expect(await grants.retirable(elsewhere!, "AIDA1", { limit: 9 })).toEqual([]);
    await store.transaction(async ({ kms }) => {
      expect(await kms.grants.remove(key, "g1")).toBe(true);
      expect(await kms.grants.remove(key, "g1")).toBe(false);
      await kms.grants.removeOf(other);
    });
    expect(await ids({})).toEqual(["g2", "g3"]);
    expect(await grants.count(other)).toBe(0);
  });

  it("finds the grants that may fit a request, by who asks and by one pair of their constraints", async () => {
    const { store } = await open();
    const key = sampleKey("k1");
    const arn = { "aws:ecr:arn": "ü" };
    const equals = { constraints: { encryptionContextEquals: { z: "1", "aws:ecr:arn": "other" } } };
    await store.transaction(async ({ kms: { grants } }) => {
      await grants.insert(grantOn(key, "g1"));
      await grants.insert(grantOn(key, "g2", { constraints: {}, name: "n" }));
      await grants.insert(grantOn(key, "g3", { grantee: "AROA2" }));
      await grants.insert(grantOn(key, "g4", equals));
      await grants.insert(grantOn(sampleKey("k2"), "g5"));
    });
    const { grants } = store.kms;
    const ids = async (grantees: string[], context: EncryptionContext, limit = 9) =>
      (await grants.applicable(key, grantees, scopesOf(context), limit))
        .map(({ id }) => id)
        .toSorted();
    expect(await ids(["AROA1"], arn)).toEqual(["g1", "g2"]);
    expect(await ids(["AROA1"], {})).toEqual(["g2"]);
    expect(await ids(["AROA1", "AROA2"], arn)).toEqual(["g1", "g2", "g3"]);
    expect(await ids(["AROA1"], { z: "1", "aws:ecr:arn": "other" })).toEqual(["g2", "g4"]);
    expect(await ids(["AROA1"], arn, 1)).toHaveLength(1);
    expect(await ids(["AROA3"], arn)).toEqual([]);
    const like = async (more: Partial<KmsGrant>, name?: string) => {
      const filter = { grantee: "AROA1", name, like: grantOn(key, "any", more) };
      return (await grants.list(key, { limit: 9 }, filter)).map(({ id }) => id);
    };
    expect(await like({ constraints: {} })).toEqual(["g2"]);
    expect(await like(equals)).toEqual(["g4"]);
    expect(await like({ constraints: {} }, "other")).toEqual([]);
    // Whoever may describe the key may do so without any encryption context.
    expect(await like({ operations: ["Decrypt", "DescribeKey"] })).toEqual(["g2"]);
  });

  it("keeps uses of a key, the newest first, and counts that outlive them", async () => {
    const { store } = await open();
    const [key, other] = [sampleKey("k1"), sampleKey("k2")];
    const uses = [useOf(key, 1, "a"), useOf(key, 2, "b", "DisabledException"), useOf(key, 2, "c")];
    const count = (month: string, n: number) => ({
      ...{ key: { registry, id: "k1" }, month },
      ...{ operation: "Decrypt", uses: n },
    });
    await store.transaction(async ({ kms }) => {
      await kms.uses.insert([...uses, useOf(other, 1, "a")]);
      await kms.uses.count([count("2026-10", 2), count("2026-11", 3)]);
      await kms.uses.count([count("2026-10", 5)]);
    });
    expect(await store.kms.uses.list(key, { limit: 9 })).toEqual(uses.toReversed());
    expect(await store.kms.uses.list(key, { after: uses[2]!, limit: 1 })).toEqual([uses[1]]);
    expect(await store.kms.uses.counts(key)).toEqual([count("2026-10", 7), count("2026-11", 3)]);
    await store.transaction(async ({ kms }) => {
      expect(await kms.uses.removeBefore(2, 1)).toBe(1);
      expect(await kms.uses.removeBefore(2, 9)).toBe(1);
      expect(await kms.uses.removeBefore(2, 9)).toBe(0);
    });
    expect(await store.kms.uses.list(key, { limit: 9 })).toHaveLength(2);
    expect(await store.kms.uses.list(other, { limit: 9 })).toEqual([]);
    expect(await store.kms.uses.counts(key)).toHaveLength(2);
  });

  it("remembers which KMS key seals a repository", async () => {
    const { store } = await open();
    const encryption = { type: "KMS_DSSE", keyArn: "arn:aws:kms:us-east-1:1:key/k" } as const;
    const { name } = await addRepository(store, "r", { encryption });
    expect((await store.repositories.find(registry, name))?.encryption).toEqual(encryption);
    await addRepository(store, "a", { encryption: { type: "KMS", keyArn: encryption.keyArn } });
    await addRepository(store, "b", { encryption: { type: "KMS", keyArn: "arn:b" } });
    await addRepository(store, "c");
    await addRepository(store, "d", { encryption, registry: elsewhere! });
    const names = async (page: object) =>
      (await store.repositories.sealedBy(registry, encryption.keyArn, { limit: 9, ...page })).map(
        (repository) => repository.name,
      );
    expect(await names({})).toEqual(["a", "r"]);
    expect(await names({ after: "a" })).toEqual(["r"]);
    const keys = (page: object) =>
      store.repositories.encryptionKeys(registry, { limit: 9, ...page });
    expect(await keys({})).toEqual(["arn:aws:kms:us-east-1:1:key/k", "arn:b"]);
    expect(await keys({ limit: 1 })).toEqual(["arn:aws:kms:us-east-1:1:key/k"]);
    expect(await keys({ after: "arn:b" })).toEqual([]);
  });
});

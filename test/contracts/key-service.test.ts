import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { type KeyStore, LocalKeyService } from "../../src/adapters/keys/local.ts";
import { parseMasterKey, readOrCreateMasterKey } from "../../src/adapters/keys/master-key.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { KeyContext, KeyService, KeyVersionRef } from "../../src/ports/key-service.ts";
import type { ServiceKey } from "../../src/ports/service-key-store.ts";
import type { KmsKeyRef, KmsKeyVersion } from "../../src/registry/kms/kms-key.ts";
import { limits } from "../../src/registry/limits.ts";
import type { ObjectId, Registry } from "../../src/registry/names.ts";

/** Service keys in memory; the store can be away. */
class ServiceKeys implements KeyStore {
  readonly rows = new Map<string, ServiceKey>();
  away = false;
  readonly versions = new Map<string, KmsKeyVersion>();
  readonly kms = {
    keys: {
      version: async ({ id }: KmsKeyRef, version: number) => this.versions.get(`${id} ${version}`),
    },
  };
  readonly serviceKeys = {
    find: async (registry: Registry, version: number) => this.#read(registry, version),
    newest: async (registry: Registry) => this.#read(registry, 1),
    insertIfAbsent: async (key: ServiceKey) => {
      const name = `${key.registry.account} ${key.registry.region} ${key.version}`;
      if (this.rows.has(name)) return false;
      this.rows.set(name, key);
      return true;
    },
  };

  async transaction<T>(
    work: (change: { serviceKeys: ServiceKeys["serviceKeys"] }) => Promise<T>,
  ): Promise<T> {
    return work(this);
  }

  #read({ account, region }: Registry, version: number): ServiceKey | undefined {
    if (this.away) throw new Error("the database is away");
    return this.rows.get(`${account} ${region} ${version}`);
  }
}

/** One deployment: every key service that is opened on it is a replica. */
interface Deployment {
  readonly masterKey: Buffer;
  readonly metadata: ServiceKeys;
  readonly clock: Clock;
}

function newDeployment(): Deployment {
  return { masterKey: randomBytes(32), metadata: new ServiceKeys(), clock: new FixedClock() };
}

const keyServices = [
  {
    name: "the local key service",
    open: (deployment: Deployment): KeyService => new LocalKeyService(deployment),
  },
];

const registry = { account: "000000000000", region: "us-east-1" } as Registry;
const context: KeyContext = { registry, object: "0".repeat(32) as ObjectId };
const otherContexts: KeyContext[] = [
  { registry, object: `${"0".repeat(31)}1` as ObjectId },
  {
    registry: { account: "111111111111", region: "us-east-1" } as Registry,
    object: context.object,
  },
  {
    registry: { account: "000000000000", region: "eu-west-1" } as Registry,
    object: context.object,
  },
];

describe.each(keyServices)("$name keeps the KeyService contract", ({ open }) => {
  it("opens what it wrapped, on every replica", async () => {
    const deployment = newDeployment();
    const keys = open(deployment);
    const { plain, wrapped } = await keys.createDataKey(context);
    expect(plain).toHaveLength(32);
    expect(Buffer.from(wrapped).includes(Buffer.from(plain))).toBe(false);
    for (const replica of [keys, open(deployment)]) {
      expect(Buffer.from(await replica.openDataKey(wrapped, context)).equals(plain)).toBe(true);
      expect(Buffer.from(await replica.openDataKey(wrapped, context)).equals(plain)).toBe(true);
    }
  });

  it("wraps a key that is there already, which then opens in its own context alone", async () => {
    const deployment = newDeployment();
    const plain = randomBytes(32);
    const wrapped = await open(deployment).wrapDataKey(plain, context);
    expect(Buffer.from(wrapped).includes(plain)).toBe(false);
    const replica = open(deployment);
    expect(Buffer.from(await replica.openDataKey(wrapped, context)).equals(plain)).toBe(true);
    const elsewhere = { ...context, object: "0123456789abcdef" as ObjectId };
    await expect(replica.openDataKey(wrapped, elsewhere)).rejects.toMatchObject({ kind: "Kms" });
  });

  it("never makes the same key or the same wrapped form twice", async () => {
    const keys = open(newDeployment());
    const made = await Promise.all(Array.from({ length: 200 }, () => keys.createDataKey(context)));
    for (const part of ["plain", "wrapped"] as const) {
      expect(new Set(made.map((key) => Buffer.from(key[part]).toString("hex"))).size).toBe(200);
    }
  });

  it("refuses a wrapped key in another context, also right after it was opened in its own", async () => {
    const keys = open(newDeployment());
    const { wrapped } = await keys.createDataKey(context);
    await keys.openDataKey(wrapped, context);
    for (const other of otherContexts) {
      await keys.createDataKey(other);
      await expect(keys.openDataKey(wrapped, other)).rejects.toMatchObject({ kind: "Kms" });
    }
  });

  it("refuses a wrapped key of which any bit is flipped, or that is cut or longer", async () => {
    const keys = open(newDeployment());
    const { wrapped } = await keys.createDataKey(context);
    const damaged = [
      Buffer.alloc(0),
      wrapped.subarray(0, -1),
      Buffer.concat([wrapped, Buffer.of(0)]),
    ];
    for (let bit = 0; bit < wrapped.byteLength * 8; bit++) {
      const flipped = Buffer.from(wrapped);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      damaged.push(flipped);
    }
    for (const bytes of damaged) {
      await expect(keys.openDataKey(bytes, context)).rejects.toMatchObject({ kind: "Kms" });
    }
  });

  it("hands out keys that the caller may wipe", async () => {
    const keys = open(newDeployment());
    const { plain, wrapped } = await keys.createDataKey(context);
    for (let time = 0; time < 3; time++) {
      const opened = await keys.openDataKey(wrapped, context);
      expect(Buffer.from(opened).equals(plain)).toBe(true);
      opened.fill(0);
    }
  });

  it("derives one secret for each purpose, the same on every replica and nowhere else", () => {
    const deployment = newDeployment();
    const [keys, replica, stranger] = [open(deployment), open(deployment), open(newDeployment())];
    const secret = keys.secret("tokens");
    expect(secret).toHaveLength(32);
    expect(keys.secret("tokens")).toEqual(secret);
    expect(replica.secret("tokens")).toEqual(secret);
    expect(keys.secret("uploads")).not.toEqual(secret);
    expect(stranger.secret("tokens")).not.toEqual(secret);
    expect(Buffer.from(secret).equals(deployment.masterKey)).toBe(false);
  });

  it("makes one service key when many replicas need the first one at once", async () => {
    const deployment = newDeployment();
    const replicas = Array.from({ length: 10 }, () => open(deployment));
    const made = await Promise.all(replicas.map((keys) => keys.createDataKey(context)));
    expect(deployment.metadata.rows.size).toBe(1);
    for (const { plain, wrapped } of made) {
      const opened = await open(deployment).openDataKey(wrapped, context);
      expect(Buffer.from(opened).equals(plain)).toBe(true);
    }
  });

  it("makes data keys without the database once it knows the service key", async () => {
    const deployment = newDeployment();
    const keys = open(deployment);
    await keys.createDataKey(context);
    deployment.metadata.away = true;
    await keys.createDataKey(context);
  });

  it("works again once the database is back", async () => {
    const deployment = newDeployment();
    const keys = open(deployment);
    deployment.metadata.away = true;
    await expect(keys.createDataKey(context)).rejects.toThrow("away");
    deployment.metadata.away = false;
    const { wrapped } = await keys.createDataKey(context);
    expect(await keys.openDataKey(wrapped, context)).toHaveLength(32);
  });

  it("refuses another master key with a sentence that says so", async () => {
    const deployment = newDeployment();
    const { wrapped } = await open(deployment).createDataKey(context);
    const stranger = open({ ...deployment, masterKey: randomBytes(32) });
    const sentence = "The master key is not the one that this data was sealed with";
    await expect(stranger.createDataKey(context)).rejects.toThrow(sentence);
    await expect(stranger.openDataKey(wrapped, context)).rejects.toThrow(sentence);
  });
});

describe.each(keyServices)("the KMS material of $name", ({ open }) => {
  const version: KeyVersionRef = { key: { registry, id: "k1" }, version: 1 };
  const secret = Buffer.from("a secret of somebody");
  const bound = Buffer.from("bound to this");

  /** Makes the version, as CreateKey does. */
  function store(deployment: Deployment, { key, version: n }: KeyVersionRef): void {
    const wrapped = open(deployment).material.create({ key, version: n });
    const row = { key, version: n, wrapped, origin: "CREATED", createdAt: 1 } as const;
    deployment.metadata.versions.set(`${key.id} ${n}`, row);
  }

  it("opens what it sealed, on every replica, and seals the same never the same way", async () => {
    const deployment = newDeployment();
    store(deployment, version);
    const { material } = open(deployment);
    const sealed = await material.seal(version, secret, bound);
    expect(Buffer.from(sealed).includes(secret)).toBe(false);
    expect(await material.seal(version, secret, bound)).not.toEqual(sealed);
    for (const replica of [material, open(deployment).material]) {
      expect(await replica.open(version, sealed, bound)).toEqual(secret);
    }
    const empty = await material.seal(version, new Uint8Array(), bound);
    expect(await material.open(version, empty, bound)).toEqual(Buffer.alloc(0));
  });

  it("opens nothing under another version or key, in another context, or with a bit flipped", async () => {
    const deployment = newDeployment();
    const others: KeyVersionRef[] = [
      { ...version, version: 2 },
      { key: { registry, id: "k2" }, version: 1 },
    ];
    for (const each of [version, ...others]) store(deployment, each);
    const { material } = open(deployment);
    const sealed = await material.seal(version, secret, bound);
    for (const other of others) expect(await material.open(other, sealed, bound)).toBeUndefined();
    expect(await material.open(version, sealed, Buffer.from("to that"))).toBeUndefined();
    expect(await material.open(version, sealed.subarray(0, -1), bound)).toBeUndefined();
    expect(await material.open(version, new Uint8Array(), bound)).toBeUndefined();
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(await material.open(version, flipped, bound)).toBeUndefined();
    }
  });

  it("keeps shut what a destroyed version sealed, where it was in use after thirty seconds", async () => {
    const clock = new FixedClock();
    const deployment = { ...newDeployment(), clock };
    store(deployment, version);
    const { material } = open(deployment);
    const sealed = await material.seal(version, secret, bound);
    deployment.metadata.versions.clear();
    clock.advance(limits.dataKeyCacheMs);
    const gone = { kind: "Kms", details: { kmsError: "NotFoundException" } };
    await expect(material.open(version, sealed, bound)).rejects.toMatchObject(gone);
    await expect(open(deployment).material.seal(version, secret, bound)).rejects.toMatchObject(
      gone,
    );
  });

  it("refuses a version that was moved to another key, and another master key", async () => {
    const deployment = newDeployment();
    store(deployment, version);
    const moved = { key: { registry, id: "k2" }, version: 1 };
    const [row] = deployment.metadata.versions.values();
    deployment.metadata.versions.set("k2 1", { ...row!, ...moved });
    const sentence = "The master key is not the one that this data was sealed with";
    await expect(open(deployment).material.seal(moved, secret, bound)).rejects.toThrow(sentence);
    const stranger = open({ ...deployment, masterKey: randomBytes(32) });
    await expect(stranger.material.seal(version, secret, bound)).rejects.toThrow(sentence);
  });
});

describe("the local key service", () => {
  it("checks the master key against a registry's service key, if there is one", async () => {
    const deployment = newDeployment();
    const stranger = new LocalKeyService({ ...deployment, masterKey: randomBytes(32) });
    await stranger.check(registry);
    await new LocalKeyService(deployment).createDataKey(context);
    await new LocalKeyService(deployment).check(registry);
    await expect(stranger.check(registry)).rejects.toThrow("not the one");
  });

  it("refuses a service key that was moved to another registry", async () => {
    const deployment = newDeployment();
    await new LocalKeyService(deployment).createDataKey(context);
    const [row] = deployment.metadata.rows.values();
    const { registry: elsewhere } = otherContexts[1]!;
    await deployment.metadata.serviceKeys.insertIfAbsent({ ...row!, registry: elsewhere });
    const moved = new LocalKeyService(deployment).createDataKey(otherContexts[1]!);
    await expect(moved).rejects.toThrow("not the one");
  });
});

describe("the master key", () => {
  const directories: string[] = [];
  afterEach(async () => {
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
  });
  async function newFile(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), "entrepot-key-"));
    directories.push(directory);
    return join(directory, "master-key");
  }

  it("is made once, readable to its owner only, and read afterwards", async () => {
    const file = await newFile();
    const key = await readOrCreateMasterKey(file);
    expect(key).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "ascii")).toBe(`${key.toString("base64")}\n`);
    expect((await readOrCreateMasterKey(file)).equals(key)).toBe(true);
  });

  it("is the same for all who make it at once, and no draft of it is left", async () => {
    const file = await newFile();
    const keys = await Promise.all(Array.from({ length: 20 }, () => readOrCreateMasterKey(file)));
    expect(new Set(keys.map((key) => key.toString("hex"))).size).toBe(1);
    expect(await readdir(join(file, ".."))).toEqual(["master-key"]);
  });

  it("is refused, and left as it is, when the file holds anything else", async () => {
    const file = await newFile();
    for (const text of ["", "short", randomBytes(31).toString("base64"), "z".repeat(44)]) {
      await writeFile(file, text);
      await expect(readOrCreateMasterKey(file)).rejects.toThrow("32 bytes in base64");
      expect(await readFile(file, "ascii")).toBe(text);
    }
  });

  it("is taken from base64, with blanks around it and nothing else", () => {
    const key = randomBytes(32);
    expect(parseMasterKey(` ${key.toString("base64")}\n`).equals(key)).toBe(true);
    const loose = `${Buffer.alloc(32).toString("base64").slice(0, 42)}B=`;
    for (const text of ["", key.toString("hex"), randomBytes(33).toString("base64"), loose]) {
      expect(() => parseMasterKey(text)).toThrow("32 bytes in base64");
    }
  });
});

import { describe, expect, it } from "vitest";
import type { ObjectId } from "../../src/registry/names.ts";
import type { Parameter, ParameterVersion } from "../../src/registry/parameters/parameter.ts";
import type { SealedValue, Secret, SecretVersion } from "../../src/registry/secrets/secret.ts";
import { metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

function sealed(letter: string): SealedValue {
  const [wrappedKey, content] = [Uint8Array.of(1, 0, 255), Uint8Array.of(letter.charCodeAt(0))];
  return { object: letter.repeat(32) as ObjectId, wrappedKey, sizeBytes: 1, content };
}

const secret: Secret = {
  ...{ registry, name: "db/password", suffix: "AbCdEf", description: "d", keyArn: undefined },
  ...{ stages: new Map([["AWSCURRENT", "v1"]]), tags: [{ key: "team", value: "a" }] },
  ...{ policy: undefined, createdAt: 1, changedAt: 2, accessedAt: undefined, deletion: undefined },
};
const version = (id: string, createdAt: number): SecretVersion => ({
  ...{ id, createdAt, value: sealed(id.slice(-1)) },
});
const parameter: Parameter = {
  ...{ registry, name: "/app/key", version: 1, tags: [], labels: new Map([["prod", 1]]) },
  settings: {
    ...{ type: "SecureString", description: undefined, keyArn: "arn:key", tier: "Standard" },
    ...{ allowedPattern: undefined, dataType: "text", modifiedAt: 3, modifiedBy: "arn:who" },
  },
};
const parameterVersion = (of: Parameter): ParameterVersion => ({
  ...{ version: of.version, settings: of.settings, value: sealed("p") },
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: secrets", ({ open }) => {
  it("remembers secrets with their versions, each registry its own, until they are removed", async () => {
    const { store, reopen } = await open();
    await store.transaction(async ({ secrets }) => {
      expect(await secrets.insertIfAbsent(secret)).toBe(true);
      expect(await secrets.insertIfAbsent({ ...secret, suffix: "zzzzzz" })).toBe(false);
      expect(await secrets.insertVersionIfAbsent(secret, version("v2", 5))).toBe(true);
      expect(await secrets.insertVersionIfAbsent(secret, version("v1", 4))).toBe(true);
      expect(await secrets.insertVersionIfAbsent(secret, version("v1", 9))).toBe(false);
      await secrets.insertIfAbsent({ ...secret, name: "other", suffix: "222222" });
      expect(await secrets.lock(registry, secret.name)).toEqual(secret);
    });
    for (const other of otherRegistries) {
      expect(await store.secrets.find(other, secret.name)).toBeUndefined();
      expect(await store.secrets.list(other, { limit: 9 })).toEqual([]);
      expect(await store.secrets.versions({ ...secret, registry: other })).toEqual([]);
    }
    expect(await store.secrets.count(registry)).toBe(2);
    const names = await store.secrets.list(registry, { after: "db/password", limit: 9 });
    expect(names.map(({ name }) => name)).toEqual(["other"]);
    const known = await store.secrets.versions(secret);
    expect(known.map(({ id }) => id)).toEqual(["v1", "v2"]);
    const deletion = { at: 6, removeAt: 8 };
    const stages = new Map([["AWSCURRENT", "v2"]]);
    const changed = { ...secret, stages, deletion, policy: "{}", keyArn: "arn:k" };
    await store.transaction(async ({ secrets }) => {
      await secrets.replace(changed);
      await secrets.replaceValue(secret, { ...version("v1", 4), value: sealed("z") });
    });
    const again = await reopen();
    expect(await again.secrets.find(registry, secret.name)).toEqual(changed);
    const { value } = (await again.secrets.findVersion(secret, "v1")) ?? {};
    expect(Buffer.from(value?.content ?? []).toString()).toBe("z");
    expect(await again.secrets.findVersion({ ...secret, suffix: "222222" }, "v1")).toBeUndefined();
    expect(await again.secrets.due(7, 9)).toEqual([]);
    expect(await again.secrets.due(8, 9)).toEqual([changed]);
    await again.transaction(async ({ secrets }) => {
      await secrets.removeVersion(secret, "v1");
      expect(await secrets.findVersion(secret, "v1")).toBeUndefined();
      await secrets.remove(secret);
    });
    expect(await again.secrets.find(registry, secret.name)).toBeUndefined();
    expect(await again.secrets.versions(secret)).toEqual([]);
  });

  it("remembers parameters with their versions, by name and below a path", async () => {
    const { store, reopen } = await open();
    const named = (name: string): Parameter => ({ ...parameter, name, labels: new Map() });
    await store.transaction(async ({ parameters }) => {
      expect(await parameters.insertIfAbsent(parameter)).toBe(true);
      expect(await parameters.insertIfAbsent(parameter)).toBe(false);
      await parameters.insertVersion(parameter, parameterVersion(parameter));
      for (const name of ["/app", "/app/z/y", "/apple", "plain"]) {
        await parameters.insertIfAbsent(named(name));
      }
      const next = { ...parameter, version: 2 };
      await parameters.replace(next);
      await parameters.insertVersion(parameter, parameterVersion(next));
      expect(await parameters.lock(parameter)).toEqual(next);
    });
    const again = await reopen();
    const below = async (prefix: string | undefined, after?: string) =>
      (await again.parameters.list(registry, { prefix, after, limit: 9 })).map(({ name }) => name);
    expect(await below("/app/")).toEqual(["/app/key", "/app/z/y"]);
    expect(await below("/app/", "/app/key")).toEqual(["/app/z/y"]);
    expect(await below(undefined)).toEqual(["/app", "/app/key", "/app/z/y", "/apple", "plain"]);
    expect(await again.parameters.count(registry)).toBe(5);
    const versions = await again.parameters.versions(parameter, { after: 1, limit: 9 });
    expect(versions.map((each) => each.version)).toEqual([2]);
    const first = await again.parameters.findVersion(parameter, 1);
    expect(first?.settings).toEqual(parameter.settings);
    await again.transaction(async ({ parameters }) => {
      await parameters.removeVersion(parameter, 1);
      expect(await parameters.findVersion(parameter, 1)).toBeUndefined();
      await parameters.remove(parameter);
    });
    expect(await again.parameters.find(parameter)).toBeUndefined();
    expect(await again.parameters.versions(parameter, { limit: 9 })).toEqual([]);
  });
});

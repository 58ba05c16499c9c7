/** Wraps anew what the keyring wraps: one generation in the place of another. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { ServiceKey } from "../../ports/service-key-store.ts";
import type { Rewrapped } from "../../registry/identity/reseal-secrets.ts";
import { type KmsKeyVersion, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { limits } from "../../registry/limits.ts";
import type { Keyring } from "./keyring.ts";
import { versionBinding } from "./kms-material.ts";
import { serviceKeyBinding } from "./local.ts";
import { keyBytes } from "./sealed-key.ts";

type Keys = { readonly metadata: MetadataStore; readonly keyring: Keyring };

/** Service keys and versions of KMS keys, in batches; others may use and make them meanwhile. */
export async function rewrapKeys(keys: Keys): Promise<Rewrapped> {
  const services = await rewrapServiceKeys(keys);
  const versions = await rewrapVersions(keys);
  return {
    count: services.count + versions.count,
    unopenable: [...services.unopenable, ...versions.unopenable],
  };
}

async function rewrapServiceKeys({ metadata, keyring }: Keys): Promise<Rewrapped> {
  const unopenable: string[] = [];
  let count = 0;
  for await (const page of pages((after: ServiceKey | undefined, limit) =>
    metadata.serviceKeys.listAll({ after, limit }),
  )) {
    const anew: { key: ServiceKey; wrapped: Uint8Array }[] = [];
    for (const key of page) {
      if (keyring.isCurrent(key.wrapped)) continue;
      const plain = await keyring.unwrap(key.wrapped, serviceKeyBinding(key));
      if (plain === undefined) unopenable.push(nameOf(key));
      else anew.push({ key, wrapped: keyring.wrap(plain, serviceKeyBinding(key)) });
    }
    if (anew.length === 0) continue;
    await metadata.transaction(async ({ serviceKeys }) => {
      for (const { key, wrapped } of anew) await serviceKeys.rewrap(key, wrapped);
    });
    count += anew.length;
  }
  return { count, unopenable };
}

async function rewrapVersions({ metadata, keyring }: Keys): Promise<Rewrapped> {
  const unopenable: string[] = [];
  let count = 0;
  for await (const page of pages((after: KmsKeyVersion | undefined, limit) =>
    metadata.kms.keys.listVersions({ after, limit }),
  )) {
    const anew: { was: KmsKeyVersion; wrapped: Uint8Array }[] = [];
    for (const was of page) {
      if (keyring.isCurrent(was.wrapped)) continue;
      const plain = await keyring.unwrap(was.wrapped, versionBinding(was));
      if (plain === undefined) unopenable.push(`version ${was.version} of ${kmsKeyArn(was.key)}`);
      else anew.push({ was, wrapped: keyring.wrap(plain, versionBinding(was)) });
    }
    if (anew.length === 0) continue;
    await metadata.transaction(async ({ kms: { keys } }) => {
      for (const { was, wrapped } of anew) {
        // The key's owner may be about to destroy or import its material.
        await keys.lock(was.key);
        const now = await keys.version(was.key, was.version);
        if (now === undefined || Buffer.compare(now.wrapped, was.wrapped) !== 0) continue;
        await keys.rewrapVersion({ ...was, wrapped });
      }
    });
    count += anew.length;
  }
  return { count, unopenable };
}

/**
 * A new version of every service key that is older than `since`: of what is pushed from now on, the
 * data keys are wrapped by it. Resolves to how many.
 */
export async function renewServiceKeys(
  { metadata, keyring }: Keys,
  clock: Clock,
  since: number,
): Promise<number> {
  const newest = new Map<string, ServiceKey>();
  for await (const page of pages((after: ServiceKey | undefined, limit) =>
    metadata.serviceKeys.listAll({ after, limit }),
  )) {
    for (const key of page) newest.set(`${key.registry.account} ${key.registry.region}`, key);
  }
  const old = [...newest.values()].filter(({ createdAt }) => createdAt < since);
  for (const { registry, version: last } of old) {
    const version = last + 1;
    const wrapped = keyring.wrap(randomBytes(keyBytes), serviceKeyBinding({ registry, version }));
    const key = { registry, version, wrapped, createdAt: clock.now() };
    await metadata.transaction(({ serviceKeys }) => serviceKeys.insertIfAbsent(key));
  }
  return old.length;
}

function nameOf({ registry, version }: ServiceKey): string {
  return `service key ${version} of registry ${registry.account} in ${registry.region}`;
}

async function* pages<Row>(
  read: (after: Row | undefined, limit: number) => Promise<Row[]>,
): AsyncGenerator<readonly Row[]> {
  let after: Row | undefined;
  for (;;) {
    const page = await read(after, limits.rewrapBatch);
    yield page;
    if (page.length < limits.rewrapBatch) return;
    after = page.at(-1);
  }
}

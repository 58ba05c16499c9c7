/** A store in which everything that a master key protects was made, and what all of it still does. */
import { expect } from "vitest";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import type { RotateWish } from "../../src/doors/cli/rotate.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { issueToken, openToken } from "../../src/registry/identity/authorization-token.ts";
import { openSecret, sealSecret } from "../../src/registry/identity/find-access-key.ts";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import { createSecret } from "../../src/registry/secrets/create-secret.ts";
import { readSecretValue } from "../../src/registry/secrets/secret-value.ts";
import { openStore, type Store } from "../../src/store.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { sampleKey, sampleSession } from "../contracts/identity-samples.ts";
import { callerOf } from "../support/ecr.ts";
import { testRegistry } from "../support/store.ts";
import { scenarios } from "./scenarios.ts";

const clock = new SystemClock();
const version = { key: { registry: testRegistry, id: "k1" }, version: 1 };
const owner = { account: testRegistry.account, id: "AIDAROTATED" };
const [userKey, session] = ["AKIAROTATED", "ASIAROTATED"];
const secret = "a secret that somebody was given";
const context = Buffer.from("context");

export const ownFileWish: Omit<RotateWish, "onProgress"> = {
  ...{ newKey: undefined, newKeyFile: undefined, finish: false, cancel: false },
  ...{ leaked: false, serviceKeys: true },
};

export function rotatedConfig(directory: string): Config {
  return loadConfig({ directory, environment: { ENTREPOT_DATA: directory } });
}

export function openRotated(directory: string): Promise<Store> {
  const onFatal = (error: unknown) => {
    throw error;
  };
  return openStore(rotatedConfig(directory), { clock, onFatal, warn: () => {} });
}

/** What was handed out while the first master key was in use. */
export interface HandedOut {
  readonly token: string;
  readonly ciphertext: Uint8Array;
}

/** Makes one of everything that hangs on the master key. */
export async function fill(ports: Ports): Promise<HandedOut> {
  await scenarios["a delete"].prepare(ports); // Two images.
  await ports.metadata.transaction(async ({ identity, kms }) => {
    const sealed = (id: string) => ({ sealedSecret: sealSecret(ports, id, secret) });
    await identity.accessKeys.insert(sampleKey(owner, { id: userKey, ...sealed(userKey) }));
    await identity.sessions.insert(
      sampleSession(owner, { accessKeyId: session, ...sealed(session) }),
    );
    const wrapped = ports.keys.material.create(version);
    await kms.keys.insertVersion({ ...version, wrapped, origin: "CREATED", createdAt: 1 });
  });
  await createSecret(ports, callerOf(testRegistry.account), testRegistry, {
    ...{ name: "rotated", description: undefined, keyArn: undefined, tags: [] },
    ...{ versionId: undefined, content: { text: secret } },
  });
  const arn = "arn:aws:iam::000000000000:user/rotated";
  const principal = { ...rootPrincipal(testRegistry.account, userKey), arn };
  return {
    token: issueToken(ports, { principal, region: testRegistry.region }).password,
    ciphertext: await ports.keys.material.seal(version, Buffer.from(secret), context),
  };
}

/** All of it opens, and nothing is damaged. */
export async function expectWhole(ports: Ports, { token, ciphertext }: HandedOut): Promise<void> {
  const { identity } = ports.metadata;
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  const key = await identity.accessKeys.find(userKey);
  expect(openSecret(ports, userKey, key!.sealedSecret)).toBe(secret);
  const found = await identity.sessions.find(session);
  expect(openSecret(ports, session, found!.sealedSecret)).toBe(secret);
  const kept = (await ports.metadata.secrets.find(testRegistry, "rotated"))!;
  const current = { versionId: undefined, stage: undefined };
  const read = await readSecretValue(ports, callerOf(testRegistry.account), kept, current);
  expect(read.content).toEqual({ text: secret });
  const opened = await ports.keys.material.open(version, ciphertext, context);
  expect(Buffer.from(opened ?? "").toString()).toBe(secret);
  expect(openToken(ports, token)?.accessKeyId).toBe(userKey);
}

import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../registry/limits.ts";
import { FixedClock } from "../clock/fixed.ts";
import { Keyring, type MasterKeySource } from "./keyring.ts";
import { formatKeyring, type KeyringDocument, parseKeyring } from "./keyring-document.ts";
import {
  refusingEarlier,
  withNewGeneration,
  withNewMasterKey,
  withoutNewMasterKey,
  withRotationDone,
} from "./rotation.ts";

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const key = randomBytes(32);
const binding = ["service key", "000000000000", "us-east-1", 1] as const;

let clock: FixedClock;
let stored: string | undefined;

beforeEach(() => {
  clock = new FixedClock();
  stored = undefined;
});

function store(document: KeyringDocument): void {
  stored = formatKeyring(document);
}

async function replica(masterKey: Uint8Array): Promise<Keyring> {
  const source: MasterKeySource = { from: "setting", masterKey: async () => masterKey };
  const keyring = new Keyring({ source, clock, read: async () => stored });
  await keyring.refresh();
  return keyring;
}

const prepare = (keyring: Keyring) =>
  store(withNewMasterKey(keyring, { masterKey: newKey }, clock.now()));

/** What the last step begins with, in `knownMs`. */
async function begin(knownMs = 0): Promise<void> {
  store(withNewGeneration(await replica(newKey), clock.now() + knownMs));
}

describe("a keyring", () => {
  it("is opened by either master key from the first step of a rotation on", async () => {
    const old = await replica(oldKey);
    const [before, secret] = [old.wrap(key, binding), old.secret("tokens")];
    prepare(old);
    for (const each of [await replica(oldKey), await replica(newKey)]) {
      expect(await each.unwrap(before, binding)).toEqual(key);
      expect(await old.unwrap(each.wrap(key, binding), binding)).toEqual(key);
      expect(each.secret("tokens")).toEqual(secret);
      expect(each.facts.rotation).toBe("prepared");
    }
    await expect(replica(randomBytes(32))).rejects.toThrow("The master key is not the one");
  });

  it("is opened by the new master key alone from the last step on", async () => {
    const old = await replica(oldKey);
    const before = old.wrap(key, binding);
    prepare(old);
    await begin();
    await expect(replica(oldKey)).rejects.toThrow("The master key is not the one");
    const now = await replica(newKey);
    const wrapped = now.wrap(key, binding);
    expect([now.isCurrent(before), now.isCurrent(wrapped)]).toEqual([false, true]);
    expect(await now.unwrap(before, binding)).toEqual(key);
    // A replica that was left behind serves on with what it knows, and opens nothing new.
    expect(await old.unwrap(before, binding)).toEqual(key);
    await expect(old.unwrap(wrapped, binding)).rejects.toThrow("The master key is not the one");
    // What it still wraps is not lost.
    expect(await now.unwrap(old.wrap(key, binding), binding)).toEqual(key);
  });

  it("opens at once what another replica wrapped with a generation that is new", async () => {
    prepare(await replica(oldKey));
    const late = await replica(newKey);
    await begin();
    const wrapped = (await replica(newKey)).wrap(key, binding);
    expect(await late.unwrap(wrapped, binding)).toEqual(key);
  });

  it("uses a generation only when every replica has had the time to learn of it", async () => {
    prepare(await replica(oldKey));
    await begin(limits.keyGenerationKnownMs);
    const keyring = await replica(newKey);
    const [before, secret] = [keyring.wrap(key, binding), keyring.secret("tokens")];
    clock.advance(limits.keyGenerationKnownMs);
    expect(keyring.isCurrent(before)).toBe(false);
    expect(keyring.secret("tokens")).not.toEqual(secret);
    expect(keyring.secrets("tokens")).toContainEqual(secret);
  });

  it("takes back what was handed out before for as long as a token lives, or after a leak not at all", async () => {
    const secret = (await replica(oldKey)).secret("tokens");
    prepare(await replica(oldKey));
    await begin();
    const keyring = await replica(newKey);
    clock.advance(limits.tokenLifeMs - 1);
    expect(keyring.secrets("tokens")).toContainEqual(secret);
    clock.advance(1);
    expect(keyring.secrets("tokens")).not.toContainEqual(secret);
    expect(keyring.keptSecrets("tokens")).toContainEqual(secret);
    clock.advance(-limits.tokenLifeMs);
    store(refusingEarlier(keyring.document));
    await keyring.refresh();
    expect(keyring.secrets("tokens")).toEqual([keyring.secret("tokens")]);
    expect(keyring.keptSecrets("tokens")).toContainEqual(secret);
  });

  it("is as it was when a rotation is given up, and as after none when it is done", async () => {
    const old = await replica(oldKey);
    prepare(old);
    store(withoutNewMasterKey(parseKeyring(stored!)));
    await expect(replica(newKey)).rejects.toThrow("The master key is not the one");
    expect((await replica(oldKey)).facts.rotation).toBeUndefined();
    prepare(await replica(oldKey));
    await begin();
    store(withRotationDone(parseKeyring(stored!)));
    expect((await replica(newKey)).facts.rotation).toBeUndefined();
  });

  it("holds no key in the clear, and opens nothing where a bit of it is flipped", async () => {
    prepare(await replica(oldKey));
    await begin();
    for (const each of [oldKey, newKey]) expect(stored).not.toContain(each.toString("base64"));
    const document = parseKeyring(stored!);
    const [entry] = document.masterKeys;
    for (const [number, sealed] of Object.entries(entry!.sealed)) {
      const bytes = Buffer.from(sealed, "base64");
      bytes[20]! ^= 1;
      const damaged = { ...entry!.sealed, [number]: bytes.toString("base64") };
      store({ ...document, masterKeys: [{ ...entry!, sealed: damaged }] });
      await expect(replica(newKey)).rejects.toThrow("damaged");
    }
    stored = "{}";
    await expect(replica(newKey)).rejects.toThrow("damaged, or of a newer Entrepot");
  });

  it("gives no key for one that was wrapped for something else, or was cut", async () => {
    prepare(await replica(oldKey));
    await begin();
    const keyring = await replica(newKey);
    const wrapped = keyring.wrap(key, binding);
    const other = ["service key", "000000000000", "us-east-1", 2] as const;
    expect(await keyring.unwrap(wrapped, other)).toBeUndefined();
    for (let length = 0; length < wrapped.length; length += 1) {
      expect(await keyring.unwrap(wrapped.subarray(0, length), binding)).toBeUndefined();
    }
  });
});

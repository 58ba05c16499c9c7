/** The steps of a rotation of the master key: each is one change of the keyring's document. */
import { randomBytes } from "node:crypto";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import { deploymentKey } from "../../registry/claim-store.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Keyring } from "./keyring.ts";
import {
  formatKeyring,
  type KeyringDocument,
  keyringSetting,
  type MasterKeyEntry,
  masterKeyId,
  sealGenerations,
} from "./keyring-document.ts";
import { keyBytes } from "./sealed-key.ts";

export function readKeyring(
  { settings }: Pick<MetadataStore, "settings">,
  account: AccountId,
): Promise<string | undefined> {
  return settings.find(deploymentKey(account), keyringSetting);
}

/**
 * Puts the document in the place of the one that the keyring knows, and takes it in.
 * @throws when somebody else has changed it meanwhile
 */
export async function replaceKeyring(
  { metadata, keyring }: { metadata: MetadataStore; keyring: Keyring },
  account: AccountId,
  document: KeyringDocument,
): Promise<void> {
  const key = deploymentKey(account);
  const { stored } = keyring;
  const text = formatKeyring(document);
  const isReplaced = await metadata.transaction(({ settings }) =>
    stored === undefined
      ? settings.putIfAbsent(key, keyringSetting, text)
      : settings.replace(key, keyringSetting, stored, text),
  );
  if (!isReplaced) throw new Error("Somebody else rotates the master key at the same time.");
  await keyring.refresh();
}

export interface NewMasterKey {
  readonly masterKey: Uint8Array;
  readonly kms?: MasterKeyEntry["kms"];
}

/** First step: the new master key opens all that the one in use opens. */
export function withNewMasterKey(
  { document, keys }: Pick<Keyring, "document" | "keys">,
  { masterKey, kms }: NewMasterKey,
  now: number,
): KeyringDocument {
  const entry = sealGenerations(document, keys, masterKey, kms);
  return {
    ...document,
    masterKeys: [...document.masterKeys, entry],
    rotation: { to: entry.id, step: "prepared", begunAt: now },
  };
}

/** In the place of the second step: as if the first had not been. */
export function withoutNewMasterKey({ rotation, ...document }: KeyringDocument): KeyringDocument {
  const masterKeys = document.masterKeys.filter(({ id }) => id !== rotation?.to);
  return { ...document, masterKeys };
}

/**
 * Second step: a generation that the old master key never opens, and the old one opens nothing any more.
 * What was handed out before is taken back for as long as it lives.
 */
export function withNewGeneration(
  { document, keys, masterKey }: Pick<Keyring, "document" | "keys" | "masterKey">,
  usedFrom: number,
): KeyringDocument {
  const own = document.masterKeys.find(({ id }) => id === masterKeyId(masterKey));
  const number = (document.generations.at(-1)?.number ?? 0) + 1;
  const before = document.generations.map((each) => ({
    ...each,
    acceptedUntil: each.acceptedUntil ?? usedFrom + limits.tokenLifeMs,
  }));
  const generations = [...before, { number, usedFrom }];
  const all = new Map([...keys, [number, randomBytes(keyBytes)]]);
  return {
    ...document,
    masterKeys: [sealGenerations({ generations }, all, masterKey, own?.kms)],
    generations,
    rotation: { to: masterKeyId(masterKey), step: "rewrapping", begunAt: usedFrom },
  };
}

/** After a leak: what was handed out under earlier generations is refused from the newest's use on. */
export function refusingEarlier(document: KeyringDocument): KeyringDocument {
  const usedFrom = document.generations.at(-1)?.usedFrom ?? 0;
  const generations = document.generations.map((each, index, { length }) =>
    index === length - 1
      ? each
      : { ...each, acceptedUntil: Math.min(each.acceptedUntil ?? usedFrom, usedFrom) },
  );
  return { ...document, generations };
}

/** Last step, when all is wrapped by the newest generation. */
export function withRotationDone({ rotation, ...document }: KeyringDocument): KeyringDocument {
  return document;
}

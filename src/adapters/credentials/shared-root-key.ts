import type { KeyService } from "../../ports/key-service.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import { deploymentKey } from "../../registry/claim-store.ts";
import { openSealedToken, sealToken } from "../../registry/encryption/sealed-token.ts";
import type { AccountId } from "../../registry/names.ts";
import { newRootKey, type RootKey } from "./root-key-file.ts";

const setting = "ROOT_ACCESS_KEY";
const purpose = "root-access-key";

export interface SharedRootKeyOptions {
  readonly metadata: MetadataStore;
  readonly keys: Pick<KeyService, "secret" | "keptSecrets">;
  readonly account: AccountId;
  /** The key that the first replica brings; a fresh one without it. */
  readonly own: RootKey | undefined;
}

/**
 * The root's access key that all replicas share: in the database, sealed. The first replica's counts.
 * @throws when it was sealed with another master key
 */
export async function sharedRootKey(
  options: SharedRootKeyOptions,
): Promise<RootKey & { created: boolean }> {
  const { metadata, keys, account } = options;
  const key = deploymentKey(account);
  const known = await metadata.settings.find(key, setting);
  if (known !== undefined) return { ...open(keys, known), created: false };
  const own = options.own ?? newRootKey();
  const sealed = sealToken(keys.secret(purpose), own, setting);
  const isFirst = await metadata.transaction((change) =>
    change.settings.putIfAbsent(key, setting, sealed),
  );
  if (isFirst) return { ...own, created: options.own === undefined };
  return { ...open(keys, (await metadata.settings.find(key, setting)) ?? ""), created: false };
}

/** Seals it with what is in use now. Resolves to whether it had been sealed with something else. */
export async function resealRootKey({
  metadata,
  keys,
  account,
}: Omit<SharedRootKeyOptions, "own">): Promise<boolean> {
  const key = deploymentKey(account);
  const sealed = await metadata.settings.find(key, setting);
  if (sealed === undefined) return false;
  if (openSealedToken(keys.secret(purpose), sealed, setting) !== undefined) return false;
  const anew = sealToken(keys.secret(purpose), open(keys, sealed), setting);
  return metadata.transaction((change) => change.settings.replace(key, setting, sealed, anew));
}

function open(keys: Pick<KeyService, "keptSecrets">, sealed: string): RootKey {
  const key = openSealedToken(keys.keptSecrets(purpose), sealed, setting);
  if (key !== undefined) return key as RootKey;
  throw new Error(
    "The root's access key in the database was sealed with another master key: give every replica " +
      "the same ENTREPOT_MASTER_KEY.",
  );
}

import type { MetadataStore } from "../../ports/metadata-store.ts";
import { deploymentKey } from "../../registry/claim-store.ts";
import { openSealedToken, sealToken } from "../../registry/encryption/sealed-token.ts";
import type { AccountId } from "../../registry/names.ts";
import { newRootKey, type RootKey } from "./root-key-file.ts";

const setting = "ROOT_ACCESS_KEY";

export interface SharedRootKeyOptions {
  readonly metadata: MetadataStore;
  /** Which only the replicas know: `KeyService.secret("root-access-key")`. */
  readonly secret: Uint8Array;
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
  const { metadata, secret, account } = options;
  const key = deploymentKey(account);
  const known = await metadata.settings.find(key, setting);
  if (known !== undefined) return { ...open(secret, known), created: false };
  const own = options.own ?? newRootKey();
  const sealed = sealToken(secret, own, setting);
  const isFirst = await metadata.transaction((change) =>
    change.settings.putIfAbsent(key, setting, sealed),
  );
  if (isFirst) return { ...own, created: options.own === undefined };
  return { ...open(secret, (await metadata.settings.find(key, setting)) ?? ""), created: false };
}

function open(secret: Uint8Array, sealed: string): RootKey {
  const key = openSealedToken(secret, sealed, setting);
  if (key !== undefined) return key as RootKey;
  throw new Error(
    "The root's access key in the database was sealed with another master key: give every replica " +
      "the same ENTREPOT_MASTER_KEY.",
  );
}

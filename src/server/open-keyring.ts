/** Where the master key comes from: of the composition root, the part of the keys. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AwsKms, type KmsAddress } from "../adapters/keys/aws-kms.ts";
import { Keyring, type MasterKeySource } from "../adapters/keys/keyring.ts";
import {
  firstKeyring,
  formatKeyring,
  type KeyringDocument,
  keyringSetting,
} from "../adapters/keys/keyring-document.ts";
import { readOrCreateMasterKey } from "../adapters/keys/master-key.ts";
import { readKeyring } from "../adapters/keys/rotation.ts";
import type { Config } from "../config.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import { deploymentKey, storeName } from "../registry/claim-store.ts";

export interface KeyringOptions {
  readonly clock: Clock;
  readonly warn: (sentence: string) => void;
  /** As of `StoreOptions`. */
  readonly use?: "copy from" | "copy into" | "look after";
}

export function masterKeyFile({ dataDirectory }: Config): string {
  return join(dataDirectory, "master.key");
}

export function awsKms(
  config: Config,
  address: KmsAddress,
  { clock, warn }: Pick<KeyringOptions, "clock" | "warn">,
): AwsKms {
  return new AwsKms({ address, account: config.account, clock, warn });
}

/**
 * The keyring that the settings' master key opens, not read yet. Where nothing was kept so far, a KMS
 * makes the master key.
 * @throws with a sentence for the operator
 */
export async function openKeyring(
  config: Config,
  metadata: MetadataStore,
  options: KeyringOptions,
): Promise<Keyring> {
  const { masterKey, masterKeyKms, account } = config;
  const read = () => readKeyring(metadata, account);
  const keyringOf = (source: MasterKeySource) =>
    new Keyring({ source, clock: options.clock, read });
  if (masterKey !== undefined) {
    return keyringOf({ from: "setting", masterKey: async () => masterKey });
  }
  if (masterKeyKms === undefined) {
    return keyringOf({
      from: "data directory",
      masterKey: (document) => keptMasterKey(config, metadata, options.use, document),
    });
  }
  const kms = awsKms(config, masterKeyKms, options);
  if (options.use === undefined) await firstOfKms(kms, metadata, config);
  return keyringOf(kms);
}

/** One master key, however many replicas start at once. */
async function firstOfKms(kms: AwsKms, metadata: MetadataStore, config: Config): Promise<void> {
  const { account } = config;
  if ((await readKeyring(metadata, account)) !== undefined) return;
  if (await isInUse(metadata, config)) {
    throw new Error(
      "This data has a master key already, and no KMS holds it: start with that one, and run " +
        "`entrepot master-key rotate --new-key aws-kms://…` to come to the one that ENTREPOT_MASTER_KEY " +
        "names.",
    );
  }
  const made = await kms.generate();
  const document = formatKeyring(firstKeyring(made.masterKey, made.kms));
  await metadata.transaction((change) =>
    change.settings.putIfAbsent(deploymentKey(account), keyringSetting, document),
  );
}

async function isInUse(metadata: MetadataStore, { account }: Config): Promise<boolean> {
  if ((await storeName(metadata, account)) !== undefined) return true;
  return (await metadata.serviceKeys.listAll({ limit: 1 })).length > 0;
}

/**
 * The master key in the data directory, made where there is nothing yet that another one sealed.
 * @throws when something is there already and the key is not
 */
async function keptMasterKey(
  config: Config,
  metadata: MetadataStore,
  use: KeyringOptions["use"],
  document: KeyringDocument | undefined,
): Promise<Uint8Array> {
  const { dataDirectory, database, account, region } = config;
  const file = masterKeyFile(config);
  if (!existsSync(file)) {
    if (use === "copy from") throw new Error(`There is no master key in ${file}.`);
    const isShared = database !== undefined;
    const isInUse =
      document !== undefined ||
      (isShared && (await metadata.serviceKeys.newest({ account, region })) !== undefined);
    if (isInUse) {
      throw new Error(
        `The database is in use already, and ${file} is not there: name its master key` +
          `${isShared ? ", which is that of the other replicas," : ""} in ENTREPOT_MASTER_KEY or ` +
          "ENTREPOT_MASTER_KEY_FILE.",
      );
    }
  }
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  return readOrCreateMasterKey(file);
}

/** What `backup`, `restore` and `migrate` open: of the composition root, the part of these commands. */
import { mkdir } from "node:fs/promises";
import { draftArchive, scratchRows } from "../adapters/archive/archive-draft.ts";
import { openArchive } from "../adapters/archive/open-archive.ts";
import { keepMasterKey, readMasterKey } from "../adapters/keys/master-key.ts";
import { type Config, loadConfig, SettingsError } from "../config.ts";
import type { BackupResult, BackupWish } from "../doors/cli/backup.ts";
import { CommandError } from "../doors/cli/client.ts";
import type { MigrateResult, MigrateWish } from "../doors/cli/migrate.ts";
import type { RestoreResult, RestoreWish } from "../doors/cli/restore.ts";
import type { Clock } from "../ports/clock.ts";
import { masterKeyFile } from "../server/open-keyring.ts";
import { openStore } from "../store.ts";
import { backup } from "../workers/backup.ts";
import { migrate } from "../workers/migrate.ts";
import { type CopyTarget, restore } from "../workers/restore.ts";
import { openSource, type SourceOptions } from "./copy-source.ts";

export interface CopyProgram extends Pick<SourceOptions, "clientOf" | "warn"> {
  readonly version: string;
  readonly clock: Clock;
}

/** @throws with a sentence for the operator */
export async function runBackup(
  program: CopyProgram,
  config: Config,
  { path, includeMasterKey, endpoint, onProgress }: BackupWish,
): Promise<BackupResult> {
  const { clock, version } = program;
  const source = await openSource(config, { ...program, endpoint });
  try {
    const masterKey = includeMasterKey ? await source.masterKey() : undefined;
    if (masterKey === "in a KMS") {
      throw new CommandError(
        "A KMS holds the master key, and it stays there: leave out --include-master-key.",
      );
    }
    const draft = await draftArchive(path);
    // What was begun for nothing is removed as well.
    const facts = await source
      .undisturbed(() => backup(source, draft, { clock, version, masterKey, onProgress }))
      .finally(() => draft.discard());
    const { createdAt, ...others } = facts;
    return {
      ...{ path, ...others, createdAt: new Date(createdAt).toISOString() },
      masterKeyFrom: masterKeyFrom(config),
    };
  } finally {
    await source.close();
  }
}

/** @throws with a sentence for the operator */
export async function runRestore(
  program: CopyProgram,
  config: Config,
  { path, ...options }: RestoreWish,
): Promise<RestoreResult> {
  const archive = await openArchive(path);
  try {
    await giveMasterKey(config, archive.masterKey, "The backup");
    const restored = await inTarget(program, config, (target) => restore(archive, target, options));
    const { id, createdAt } = archive.facts;
    return {
      ...{ id, createdAt: new Date(createdAt).toISOString(), into: placeOf(config) },
      ...restored,
    };
  } finally {
    await archive.close();
  }
}

/** @throws with a sentence for the operator */
export async function runMigrate(program: CopyProgram, wish: MigrateWish): Promise<MigrateResult> {
  const { endpoint, sourceIsReadOnly, verifyBytes, onProgress } = wish;
  const [from, to] = [fileConfig(wish.from), fileConfig(wish.to)];
  if (isSamePlace(from, to)) {
    throw new CommandError("--from and --to name the same database or data directory");
  }
  const source = await openSource(from, { ...program, endpoint });
  try {
    await giveMasterKey(to, await source.masterKey(), "The source");
    return await inTarget(program, to, async (target) => {
      const quiet = await source.quiet(sourceIsReadOnly);
      const { rows, blobs, store } = source;
      const scratch = () => scratchRows(to.dataDirectory);
      const work = () =>
        migrate({ rows, blobs, store, quiet }, target, { verifyBytes, scratch, onProgress });
      return quiet === undefined ? source.undisturbed(work) : work();
    });
  } finally {
    await source.close();
  }
}

function masterKeyFrom(config: Config): string {
  if (config.masterKeyKms !== undefined) return config.masterKeyKms.keyArn;
  return config.masterKey === undefined ? masterKeyFile(config) : "the one in your settings";
}

/** Of the file alone: what the environment says would hold for both sides. */
function fileConfig(configFile: string): Config {
  try {
    return loadConfig({ configFile, environment: {} });
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(error.message, 2);
    throw error;
  }
}

function isSamePlace(one: Config, other: Config): boolean {
  if (one.database !== undefined || other.database !== undefined) {
    return one.database === other.database;
  }
  return one.dataDirectory === other.dataDirectory;
}

function placeOf({ database, dataDirectory, bucket }: Config): string {
  const objects = bucket === undefined ? dataDirectory : `the bucket ${bucket.bucket}`;
  return database === undefined ? dataDirectory : `the database and ${objects}`;
}

/**
 * Sees to it that the store to copy into is opened with the key that opens what comes.
 * @throws when it has another one, or nobody has one
 */
async function giveMasterKey(
  config: Config,
  key: Uint8Array | "in a KMS" | undefined,
  whose: string,
): Promise<void> {
  // The rows bring what the KMS opens; with any other key they are refused.
  if (config.masterKeyKms !== undefined && !(key instanceof Uint8Array)) return;
  if (config.masterKeyKms !== undefined || key === "in a KMS") {
    throw new CommandError(
      `${whose} and the store to copy into have their master keys from different places, one of them ` +
        "from a KMS: name the same in the settings of both, and rotate the key afterwards.",
    );
  }
  const file = masterKeyFile(config);
  const own = config.masterKey ?? (await readMasterKey(file));
  if (own === undefined && key === undefined) {
    throw new CommandError(
      `${whose} does not hold the master key, and opens nothing without it: put the key into ${file}, ` +
        "or name it with ENTREPOT_MASTER_KEY or ENTREPOT_MASTER_KEY_FILE.",
    );
  }
  if (own !== undefined && key !== undefined && Buffer.compare(own, key) !== 0) {
    throw new CommandError(
      `${whose} was sealed with another master key than the one of the store to copy into (${file}, or ` +
        "the settings).",
    );
  }
  if (own !== undefined || key === undefined) return;
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  await keepMasterKey(file, key);
}

/** Opens the store to copy into, for as long as the work takes. */
async function inTarget<T>(
  { clock, warn }: CopyProgram,
  config: Config,
  work: (target: CopyTarget) => Promise<T>,
): Promise<T> {
  const { promise: failure, reject: onFatal } = Promise.withResolvers<never>();
  failure.catch(() => {}); // Heard below, if it comes while the work is under way.
  const store = await openStore(config, { clock, warn, onFatal, use: "copy into" });
  try {
    const { ports, rows, checkKeys } = store;
    const target = { ports, rows, checkKeys, account: config.account };
    return await Promise.race([work(target), failure]);
  } finally {
    await store.close();
  }
}

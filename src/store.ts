/** What is kept, and the adapters that keep it: of the composition root, the part below the doors. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { access, constants, mkdir, readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { IndexDirectory } from "./adapters/advisories/index-directory.ts";
import type { SharedIndexes } from "./adapters/advisories/shared-indexes.ts";
import { FilesystemBlobStore } from "./adapters/blobs/filesystem.ts";
import { S3BlobStore } from "./adapters/blobs/s3.ts";
import {
  type RootKey,
  readOrCreateRootKey,
  readRootKey,
  writeRootKey,
} from "./adapters/credentials/root-key-file.ts";
import { sharedRootKey } from "./adapters/credentials/shared-root-key.ts";
import { HttpEgress } from "./adapters/egress/http-egress.ts";
import { InProcessExclusive } from "./adapters/exclusive/in-process.ts";
import { LeasedExclusive } from "./adapters/exclusive/leased.ts";
import type { Keyring } from "./adapters/keys/keyring.ts";
import { LocalKeyService } from "./adapters/keys/local.ts";
import { LayerAnalysisThreads } from "./adapters/layer-analysis/layer-analysis-threads.ts";
import { LayerThreads } from "./adapters/layer-work/layer-threads.ts";
import { openPostgresMetadata } from "./adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "./adapters/metadata/sqlite/sqlite-metadata-store.ts";
import { PackageTagPatterns } from "./adapters/patterns/package-tag-patterns.ts";
import {
  observedBlobs,
  observedEgress,
  observedKeys,
  observedLayerWork,
  observedMetadata,
  type PortObserver,
} from "./adapters/telemetry/observed-ports.ts";
import type { ProcessLoad } from "./adapters/telemetry/process-gauges.ts";
import type { Config } from "./config.ts";
import type { BlobStore } from "./ports/blob-store.ts";
import type { Clock } from "./ports/clock.ts";
import type { LayerWork } from "./ports/layer-work.ts";
import type { DatabaseLoad, MetadataStore } from "./ports/metadata-store.ts";
import type { Ports } from "./ports/ports.ts";
import type { RowStore } from "./ports/row-copy.ts";
import { claimStore } from "./registry/claim-store.ts";
import { watchOutbox } from "./registry/events/watch-outbox.ts";
import { WorkInPlace } from "./registry/layers/work-in-place.ts";
import { limits } from "./registry/limits.ts";
import { RegistryMemory } from "./registry/memory.ts";
import { readOnlyBlobs, readOnlyMetadata } from "./registry/read-only.ts";
import { requireNoUnfinishedCopy } from "./registry/unfinished-copy.ts";
import { openKeyring } from "./server/open-keyring.ts";
import { openSharedVulndb, openVulndb } from "./server/open-vulndb.ts";

/** What is kept, opened for this process. */
export interface Store {
  readonly ports: Ports;
  /** The metadata as rows, for copies of all of it. */
  readonly rows: RowStore;
  /** Whether nothing was kept before. */
  readonly isNew: boolean;
  /** How busy it is, and what its caches are worth. */
  readonly load: () => ProcessLoad;
  /** Of the database's write-ahead log, where it is this process's own. */
  readonly logBytes: (() => number) | undefined;
  readonly keyring: Keyring;
  /** The advisories of `ports`, to be replaced. */
  readonly vulndb: IndexDirectory | SharedIndexes;
  /**
   * Takes in what others have changed of the keys.
   * @throws when the master key does not open what is stored
   */
  checkKeys(): Promise<void>;
  /** The root's access key: of the settings, else the one that is kept, which the first start makes. */
  rootKey(): Promise<RootKey & { readonly created: boolean }>;
  /** Gives up what uploads have left behind in a shared store. Resolves to how many. */
  sweepUploads(begunBefore: number): Promise<number>;
  close(): Promise<void>;
}

/** What a store is opened for, where that is not to serve it. */
export type StoreUse = "copy from" | "copy into" | "look after";

export interface StoreOptions {
  readonly clock: Clock;
  /** Told when storage can no longer be relied on: the process must end with a failure. */
  readonly onFatal: (error: unknown) => void;
  /** Told of what an operator should know. */
  readonly warn: (sentence: string) => void;
  /** Told of every call of what `ports` has. */
  readonly observer?: PortObserver | undefined;
  /**
   * `copy from`: everything must be there already. `copy into`: a part of what is to be there may be
   * missing. Neither minds that the settings say read-only. `look after`: it must have been served.
   */
  readonly use?: StoreUse;
}

/**
 * Opens what the settings name, making what is missing.
 * @throws with a sentence for the operator, for example when another process has the directory open
 */
export async function openStore(config: Config, options: StoreOptions): Promise<Store> {
  const { clock, use } = options;
  const { metadata: opened, isNew, logBytes, databaseLoad } = await openMetadata(config, options);
  const isReadOnly = config.readOnly && (use === undefined || use === "look after");
  const memory = new RegistryMemory({ isWritten: !isReadOnly, audit: config.audit });
  const metadata = isReadOnly
    ? readOnlyMetadata(opened)
    : watchOutbox(opened, () => memory.outboxGrew.raise());
  try {
    if (use !== "copy into") await requireNoUnfinishedCopy(metadata, config.account);
    const keyring = await openKeyring(config, opened, options);
    const keys = new LocalKeyService({ keyring, metadata, clock });
    const checkKeys = async () => {
      await keyring.refresh();
      for (const region of config.regions) await keys.check({ account: config.account, region });
    };
    // What is to be copied there may bring the keyring that a KMS opens.
    if (use !== "copy into" || config.masterKeyKms === undefined) await checkKeys();
    const store = await openBlobs(config, options);
    await claimStore({ metadata: opened, blobs: store }, config.account);
    const blobs = isReadOnly ? readOnlyBlobs(store) : store;
    const exclusive =
      config.database === undefined
        ? new InProcessExclusive()
        : new LeasedExclusive(metadata, clock, randomUUID());
    const egress = new HttpEgress({ isListed: config.isEgressListed });
    const layerWork = openLayerWork();
    const tagPatterns = new PackageTagPatterns();
    const layerAnalysis = new LayerAnalysisThreads(layersAnalyzedAtOnce());
    const vulnerabilities =
      config.database === undefined
        ? openVulndb(config)
        : openSharedVulndb(config, { metadata, clock, warn: options.warn });
    const plain = { metadata, blobs, keys, egress, layerWork };
    const observed = options.observer === undefined ? plain : observedBy(options.observer, plain);
    const ports = {
      ...observed,
      clock,
      exclusive,
      tagPatterns,
      memory,
      ...{ layerAnalysis, vulnerabilities },
    };
    return {
      ports,
      rows: opened.rows,
      isNew,
      logBytes,
      load: () => ({
        database: databaseLoad(),
        layerThreads: layerWork instanceof LayerThreads ? layerWork.load : noThreads,
        dataKeys: keys.dataKeyUse,
      }),
      keyring,
      vulndb: vulnerabilities,
      checkKeys,
      rootKey: () => rootKey(config, ports),
      sweepUploads: async (begunBefore) =>
        store instanceof S3BlobStore ? store.sweepUploads(begunBefore) : 0,
      async close() {
        egress.close();
        await layerAnalysis.close();
        vulnerabilities.close();
        await layerWork.close();
        await metadata.close();
        closeBlobs(store);
      },
    };
  } catch (error) {
    await metadata.close();
    throw error;
  }
}

type ObservedPorts = Pick<Ports, "metadata" | "blobs" | "keys" | "egress" | "layerWork">;

function observedBy(observer: PortObserver, ports: ObservedPorts): ObservedPorts {
  return {
    metadata: observedMetadata(ports.metadata, observer),
    blobs: observedBlobs(ports.blobs, observer),
    keys: observedKeys(ports.keys, observer),
    egress: observedEgress(ports.egress, observer),
    layerWork: observedLayerWork(ports.layerWork, observer),
  };
}

const noThreads = { threads: 0, waiting: 0 };

/** The main thread has a processor for itself: sockets alone can keep it busy. */
function openLayerWork(): LayerWork {
  const threads = Math.min(availableParallelism() - 1, limits.layerThreads);
  return threads > 0 ? new LayerThreads(threads) : new WorkInPlace();
}

/** Half of the processors: what is looked into is less urgent than what is pulled. */
function layersAnalyzedAtOnce(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

export function credentialsFile({ dataDirectory }: Config): string {
  return join(dataDirectory, "credentials");
}

interface OpenedMetadata extends Pick<Store, "isNew" | "logBytes"> {
  readonly metadata: MetadataStore & { readonly rows: RowStore };
  readonly databaseLoad: () => DatabaseLoad;
}

/** @throws with a sentence for the operator */
export async function openMetadata(
  { dataDirectory, database }: Config,
  { onFatal, warn, use }: Pick<StoreOptions, "onFatal" | "warn" | "use">,
): Promise<OpenedMetadata> {
  const mustExist = use === "copy from" || use === "look after";
  if (database !== undefined) {
    const metadata = await openPostgresMetadata({ url: database, warn, mustExist });
    const databaseLoad = () => metadata.load();
    return { metadata, isNew: false, logBytes: undefined, databaseLoad };
  }
  if (mustExist && !existsSync(join(dataDirectory, "metadata.db"))) {
    throw new Error(
      `There is no registry in ${dataDirectory}: name its data directory with --data or ENTREPOT_DATA.`,
    );
  }
  await makeDirectory(dataDirectory);
  const isNew = (await readdir(dataDirectory)).every((name) => name === "entrepot.json");
  // It takes the lock: only one process gets to make the keys.
  const metadata = await openSqliteMetadata({
    directory: dataDirectory,
    onWriterFailure: onFatal,
    warn,
  });
  const databaseLoad = () => metadata.load();
  return { metadata, isNew, logBytes: () => metadata.logBytes(), databaseLoad };
}

export async function openBlobs(
  { dataDirectory, bucket, archiveDirectory }: Config,
  { onFatal }: Pick<StoreOptions, "onFatal">,
): Promise<BlobStore> {
  if (bucket === undefined) {
    await makeDirectory(dataDirectory);
    const root = join(dataDirectory, "blobs");
    return FilesystemBlobStore.open({ root, archiveDirectory, onFatal });
  }
  const { encryption, prefix, region, endpoint, archiveClass } = bucket;
  const serverSideEncryption =
    encryption.by === "entrepot"
      ? undefined
      : encryption.kmsKeyId === undefined
        ? ("AES256" as const)
        : { kmsKeyId: encryption.kmsKeyId };
  return S3BlobStore.open({
    bucket: bucket.bucket,
    prefix,
    archiveClass,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(serverSideEncryption !== undefined && { serverSideEncryption }),
  });
}

export function closeBlobs(blobs: BlobStore): void {
  if (blobs instanceof S3BlobStore) blobs.close();
}

const notWritable = ["EACCES", "EPERM", "EROFS"];

/** @throws with a sentence for the operator */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    const mend = "name another directory with --data or ENTREPOT_DATA";
    if (notWritable.includes(code)) {
      const sentence = `This user may not write to the data directory ${path}: give it that right, or`;
      throw new Error(`${sentence} ${mend}.`, { cause: error });
    }
    if (code !== "EEXIST" && code !== "ENOTDIR") throw error;
    throw new Error(`The data directory ${path} is no directory: ${mend}.`, { cause: error });
  }
}

async function rootKey(
  config: Config,
  { metadata, keys }: Ports,
): Promise<RootKey & { created: boolean }> {
  const { rootAccessKey, database, account } = config;
  const file = credentialsFile(config);
  if (rootAccessKey !== undefined) return { ...rootAccessKey, created: false };
  if (database === undefined) return readOrCreateRootKey(file);
  const kept = await readRootKey(file);
  const shared = await sharedRootKey({ metadata, keys, account, own: kept });
  if (!shared.created) return shared;
  await makeDirectory(config.dataDirectory);
  await writeRootKey(file, shared);
  return shared;
}

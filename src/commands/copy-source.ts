/** What a backup or a migration reads: a store that nobody serves, or one that is being served. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readMasterKey } from "../adapters/keys/master-key.ts";
import { DirectoryInUse } from "../adapters/metadata/sqlite/directory-lock.ts";
import { openSqliteRows } from "../adapters/metadata/sqlite/sqlite-snapshot.ts";
import type { Config } from "../config.ts";
import type { Client } from "../doors/cli/client.ts";
import { OwnServer } from "../doors/cli/own-server.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Clock } from "../ports/clock.ts";
import { type CopiedRow, copiedTable, lastCommits, type RowSource } from "../ports/row-copy.ts";
import { deploymentKey, storeName, storeNameOf, storeSetting } from "../registry/claim-store.ts";
import { holdReclaim, releaseReclaim } from "../registry/reclaim-hold.ts";
import { masterKeyFile } from "../server/open-keyring.ts";
import { closeBlobs, openBlobs, openStore, type Store } from "../store.ts";
import { withReclaimHeld } from "../workers/copy/hold-reclaim.ts";

export interface CopySource {
  readonly rows: RowSource;
  readonly blobs: BlobStore;
  /** What the store calls itself. */
  readonly store: string;
  masterKey(): Promise<Uint8Array | "in a KMS">;
  /** Runs the work while nothing is collected that it may come to. */
  undisturbed<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Whether nobody changes anything: what is told at the end whether it was so; `undefined` when
   * somebody may. @param confirmed the operator's word, where nobody else can know
   */
  quiet(confirmed: boolean): Promise<{ stillQuiet(): Promise<boolean> } | undefined>;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly clock: Clock;
  readonly clientOf: (config: Config) => Client;
  readonly warn: (sentence: string) => void;
  /** Of the server that has the data directory open, if not the one of its settings. */
  readonly endpoint: string | undefined;
}

/** @throws with a sentence for the operator when it is not there, or cannot be read now */
export async function openSource(config: Config, options: SourceOptions): Promise<CopySource> {
  try {
    const onFatal = (error: unknown) => options.warn(String(error));
    const store = await openStore(config, { ...options, onFatal, use: "copy from" });
    return config.database === undefined
      ? unservedSource(config, store)
      : sharedSource(config, store);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    return servedSource(config, options);
  }
}

/** A data directory that this process has to itself. */
async function unservedSource(config: Config, store: Store): Promise<CopySource> {
  return {
    ...(await opened(config, store)),
    undisturbed: (work) => work(),
    quiet: async () => ({ stillQuiet: async () => true }),
  };
}

/** How long to look whether nobody writes. A replica that does is not silent for longer than that. */
const silenceMs = 5_000;

/** A database that replicas may be using. */
async function sharedSource(config: Config, store: Store): Promise<CopySource> {
  const { ports, rows } = store;
  const holder = randomUUID();
  const ask = async (seconds: number) => {
    if (seconds > 0) return holdReclaim(ports, holder, seconds * 1000);
    await releaseReclaim(ports, holder);
    return "held" as const;
  };
  return {
    ...(await opened(config, store)),
    undisturbed: (work) => withReclaimHeld(ask, work),
    async quiet(confirmed) {
      if (!confirmed) return undefined;
      const [commits, at] = [await allCommits(rows), ports.clock.now()];
      return {
        async stillQuiet() {
          await sleep(Math.max(0, at + silenceMs - ports.clock.now()));
          return (await allCommits(rows)) === commits;
        },
      };
    },
  };
}

async function opened(config: Config, store: Store) {
  const { ports, rows } = store;
  const name = await storeName(ports.metadata, config.account);
  if (name === undefined) throw new Error("The store was never served");
  return {
    ...{ rows, blobs: ports.blobs, store: name },
    masterKey: () => masterKeyOf(config),
    close: () => store.close(),
  };
}

/** What every connection of every process has written last. */
function allCommits(rows: RowSource): Promise<string> {
  return rows.snapshot(async (reads) => {
    const all: CopiedRow[] = [];
    let after: CopiedRow | undefined;
    for (;;) {
      const page = await reads.page(lastCommits, after);
      all.push(...page);
      after = page.at(-1);
      if (after === undefined) return JSON.stringify(all);
    }
  });
}

/** A data directory that a server has open, beside which its files are read. */
async function servedSource(config: Config, options: SourceOptions): Promise<CopySource> {
  const rows = await openSqliteRows(config.dataDirectory);
  const store = await storeNameIn(rows, config);
  const onFatal = (error: unknown) => options.warn(String(error));
  const blobs = await openBlobs(config, { onFatal });
  const { endpoint, clock } = options;
  const client = options.clientOf(config);
  const server = new OwnServer(client, { endpoint, now: () => clock.now() }, store);
  const holder = randomUUID();
  return {
    ...{ rows, blobs, store },
    masterKey: () => masterKeyOf(config),
    async undisturbed(work) {
      // Then nobody collects either.
      if (await server.isReadOnly()) return work();
      return withReclaimHeld((seconds) => server.hold(holder, seconds), work);
    },
    async quiet() {
      if (!(await server.isReadOnly())) return undefined;
      return { stillQuiet: () => server.isReadOnly() };
    },
    close: async () => closeBlobs(blobs),
  };
}

async function storeNameIn(rows: RowSource, { account }: Config): Promise<string> {
  const settings = copiedTable("account_setting");
  const { region } = deploymentKey(account);
  const found = await rows.snapshot((reads) => reads.page(settings, { account, region, name: "" }));
  const row = found.find(({ name }) => name === storeSetting);
  if (row === undefined) throw new Error("The store was never served");
  return storeNameOf(String(row.value));
}

/** @throws when it is not here; what a KMS holds stays there */
async function masterKeyOf(config: Config): Promise<Uint8Array | "in a KMS"> {
  if (config.masterKeyKms !== undefined) return "in a KMS";
  const file = masterKeyFile(config);
  const key = config.masterKey ?? (await readMasterKey(file));
  if (key !== undefined) return key;
  throw new Error(`The master key of the source is not in ${file}, and not in its settings.`);
}

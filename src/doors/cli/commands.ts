import type { Writable } from "node:stream";
import type { ContainerEngine } from "../../ports/container-engine.ts";
import type { ContainerRuntime } from "../../ports/container-runtime.ts";
import type { TrailTarget } from "../../ports/trail-target.ts";
import type { BackupResult, BackupWish } from "./backup.ts";
import type { Client } from "./client.ts";
import type { MigrateResult, MigrateWish } from "./migrate.ts";
import type { RuntimeWish } from "./report-in-use.ts";
import type { RestoreResult, RestoreWish } from "./restore.ts";
import type { FsckResult, GcResult } from "./results.ts";
import type { RotateResult, RotateWish } from "./rotate.ts";
import type { ScanCommands } from "./scan/scan.ts";
import type { TakeoverCommands } from "./takeover/takeover.ts";
import type { VulndbCommands } from "./vulndb/vulndb.ts";

/** A setting as a flag. */
export interface SettingFlag {
  readonly name: string;
  /** `--tls-cert`, which commander calls `tlsCert`. */
  readonly flag: string;
  readonly jsonKey: string;
  readonly fallback: string | undefined;
  readonly meaning: string;
}

/** What the command line said of settings. */
export interface GivenSettings {
  /** By setting name. */
  readonly flags: Readonly<Record<string, string>>;
  readonly configFile: string | undefined;
}

export interface FsckProgress {
  readonly verifiedBytes: number;
  readonly totalBytes: number;
}

/** What the commands do; the command line only reads words and shows results. */
export interface Commands {
  readonly version: string;
  readonly settings: readonly SettingFlag[];
  /** Resolves with the exit code when the server has stopped. */
  serve(given: GivenSettings, output: { json: boolean }): Promise<number>;
  client(given: GivenSettings): Client;
  /** Milliseconds since the epoch. */
  now(): number;
  fsck(
    given: GivenSettings,
    options: { repair: boolean; onProgress: (progress: FsckProgress) => void },
  ): Promise<FsckResult>;
  gc(given: GivenSettings, options: { ignoreLeases: boolean }): Promise<GcResult>;
  backup(given: GivenSettings, wish: BackupWish): Promise<BackupResult>;
  restore(given: GivenSettings, wish: RestoreWish): Promise<RestoreResult>;
  migrate(wish: MigrateWish): Promise<MigrateResult>;
  /** @throws CommandError when there is to be one and none is found */
  containerRuntimes(wish: RuntimeWish): readonly ContainerRuntime[];
  /**
   * What runs containers at that socket, or at the one that is found where it is "auto".
   * @throws CommandError when none is found
   */
  containerEngine(socket: string): ContainerEngine;
  /**
   * A place that trails write to: a name of the settings, or a URL.
   * @throws CommandError when it is neither
   */
  trailTarget(given: GivenSettings, place: string): TrailTarget;
  /** Says when a command that goes on and on is to end. */
  stopped(): AbortSignal;
  rotateMasterKey(given: GivenSettings, wish: RotateWish): Promise<RotateResult>;
  vulndb(given: GivenSettings): VulndbCommands;
  scan(given: GivenSettings): ScanCommands;
  takeover(given: GivenSettings): TakeoverCommands;
}

export interface Terminal {
  readonly out: Writable & { isTTY?: boolean; columns?: number };
  readonly error: Writable & { isTTY?: boolean };
}

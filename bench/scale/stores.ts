/** The two kinds of stores that a deployment may have, filled and served. */
import { randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { openFleetStore } from "../../test/support/fleet-store.ts";
import { type PostgresServer, startPostgres } from "../../test/support/postgres.ts";
import { type S3Server, startS3 } from "../../test/support/s3.ts";
import { startServer } from "../../test/support/server.ts";
import { entrepotTarget, type Target } from "../peers.ts";
import { fillSettings, usualSettings } from "../postgres-settings.ts";
import { RegistryClient, randomBlob } from "../registry-client.ts";
import { type Contents, fill, groundOf, type Known } from "./fill.ts";
import { PostgresRows, type Rows, SqliteRows } from "./rows.ts";

export type StoreKind = "sqlite" | "postgres";

export const storeTitles: Readonly<Record<StoreKind, string>> = {
  sqlite: "SQLite and a directory",
  postgres: "PostgreSQL and S3",
};

/** A deployment with many images that answers. */
export interface Filled {
  readonly target: Target;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly known: Known;
}

const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
const baseLayers = 10;
const baseBytes = 256 * 1024;

export class ScaleStores {
  readonly #kind: StoreKind;
  readonly #folder: string;
  readonly #say: (line: string) => void;
  readonly #servers: Target[] = [];
  #postgres: PostgresServer | undefined;
  #s3: S3Server | undefined;

  /** Use `start`. */
  private constructor(kind: StoreKind, folder: string, say: (line: string) => void) {
    this.#kind = kind;
    this.#folder = folder;
    this.#say = say;
  }

  static async start(
    kind: StoreKind,
    folder: string,
    say: (line: string) => void,
  ): Promise<ScaleStores> {
    const stores = new ScaleStores(kind, folder, say);
    if (kind === "sqlite") return stores;
    try {
      stores.#s3 = await startS3();
      stores.#postgres = await startPostgres({ settings: fillSettings });
      return stores;
    } catch (error) {
      await stores.stop();
      throw error;
    }
  }

  /** Fills one store of this kind for each, and then serves them all. */
  async serve(each: readonly Contents[], options: { verify: number }): Promise<Filled[]> {
    const filled: { settings: Settings; known: Known }[] = [];
    for (const [index, contents] of each.entries()) {
      const settings = await this.#settings();
      const known = await this.#fill(settings, contents);
      if (index === options.verify) await this.#verify(settings);
      filled.push({ settings, known });
    }
    // As of a server that has run for a while: what was written long ago the kernel may have put away.
    if (this.#kind === "sqlite") {
      for (const { settings } of filled) await readThrough(databaseOf(settings));
    }
    this.#postgres?.configure(usualSettings);
    await this.#postgres?.restart();
    return Promise.all(
      filled.map(async ({ settings, known }) => {
        const server = await startServer({ dataDirectory: settings.ENTREPOT_DATA!, settings });
        const target = await entrepotTarget(server);
        this.#servers.push(target);
        const { accessKeyId, secretAccessKey } = server;
        return { target, accessKeyId, secretAccessKey, known };
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.#s3?.stop();
    await this.#postgres?.stop();
  }

  get postgres(): PostgresServer | undefined {
    return this.#postgres;
  }

  async #settings(): Promise<Settings> {
    const directory = mkdtempSync(join(this.#folder, `${this.#kind}-`));
    const own = {
      ENTREPOT_DATA: directory,
      ENTREPOT_MASTER_KEY: randomBytes(32).toString("base64"),
      ENTREPOT_ROOT_ACCESS_KEY_ID: "AKIASCALESCALESCALE1",
      ENTREPOT_ROOT_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
      ENTREPOT_HTTPS: "off",
    };
    if (this.#postgres === undefined || this.#s3 === undefined) return own;
    const endpoint = encodeURIComponent(this.#s3.endpoint);
    return {
      ...own,
      ENTREPOT_DATABASE: `${await this.#postgres.createDatabase()}?sslmode=disable`,
      ENTREPOT_BLOBS: `s3://${this.#s3.bucket}/${basename(directory)}?endpoint=${endpoint}&region=us-east-1`,
      ...this.#s3.environment,
    };
  }

  async #fill(settings: Settings, contents: Contents): Promise<Known> {
    const startedAt = performance.now();
    const bases = Array.from({ length: baseLayers }, () => randomBlob(baseBytes));
    const server = await startServer({ dataDirectory: settings.ENTREPOT_DATA!, settings });
    const target = await entrepotTarget(server);
    const client = new RegistryClient(target);
    await target.createRepository("bench/base");
    for (const base of bases) await client.pushBlob("bench/base", base);
    client.close();
    await target.stop();

    const store = await openFleetStore(settings);
    const ground = await groundOf(store.ports, registry, bases).finally(() => store.close());
    const rows = await this.#rows(settings);
    const known = await fill(ground, rows, contents);
    await rows.finish();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    this.#say(`  ${contents.images} images in ${contents.repositories} repositories: ${seconds} s`);
    return known;
  }

  async #rows(settings: Settings): Promise<Rows> {
    if (this.#postgres === undefined) {
      return new SqliteRows(databaseOf(settings));
    }
    const database = new URL(settings.ENTREPOT_DATABASE!).pathname.slice(1);
    return PostgresRows.open(this.#postgres, database);
  }

  /** `entrepot fsck`: what was filled in is what the product would have written. */
  async #verify(settings: Settings): Promise<void> {
    const store = await openFleetStore(settings);
    const report = await checkStore(store.ports, { repair: false }).finally(() => store.close());
    const { images, layers, objects, problems } = report;
    if (problems.length > 0) throw new Error(`fsck: ${JSON.stringify(problems.slice(0, 5))}`);
    this.#say(`  fsck: ${images} images, ${layers} layers, ${objects} objects, no problem`);
  }
}

type Settings = Readonly<Record<string, string>>;

function databaseOf(settings: Settings): string {
  return join(settings.ENTREPOT_DATA!, "metadata.db");
}

async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 2 ** 20 }));
}

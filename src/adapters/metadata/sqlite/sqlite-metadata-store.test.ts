import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  addImage,
  addRepository,
  digest,
  tag,
} from "../../../../test/contracts/metadata-stores.ts";
import { openSqliteMetadata } from "./sqlite-metadata-store.ts";

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-sqlite-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const unexpected = (error: Error): never => {
  throw error;
};

describe("a directory with SQLite metadata", () => {
  it("is refused to a second store while the first is open", async () => {
    const directory = await temporaryDirectory();
    const first = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    await expect(openSqliteMetadata({ directory, onWriterFailure: unexpected })).rejects.toThrow(
      new RegExp(
        `^another Entrepot \\(pid ${process.pid}, since 20.*\\) uses ${directory}: stop it first, `,
      ),
    );
    await first.probe();
    await first.close();
    const second = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    await second.close();
  });

  it("is free again, and whole, after its process was killed", async () => {
    const directory = await temporaryDirectory();
    const program = `
      import { openSqliteMetadata } from ${JSON.stringify(import.meta.resolve("./sqlite-metadata-store.ts"))};
      const store = await openSqliteMetadata({
        directory: ${JSON.stringify(directory)},
        onWriterFailure: (error) => { throw error; },
      });
      const registry = { account: "000000000000", region: "us-east-1" };
      await store.transaction((change) => change.settings.put(registry, "name", "value"));
      console.log("written");`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await expect(openSqliteMetadata({ directory, onWriterFailure: unexpected })).rejects.toThrow(
      `another Entrepot (pid ${child.pid},`,
    );
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const store = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    const registry = { account: "000000000000", region: "us-east-1" } as never;
    expect(await store.settings.find(registry, "name")).toBe("value");
    await store.close();
  });

  it("is refused, and free again, when a newer program wrote its schema", async () => {
    const directory = await temporaryDirectory();
    const store = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    await store.close();
    const path = join(directory, "metadata.db");
    const database = new DatabaseSync(path);
    database.exec("insert into schema_version values (1000, 'later', 0)");
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(openSqliteMetadata({ directory, onWriterFailure: unexpected })).rejects.toThrow(
        /has schema 1000, but this Entrepot knows schemas up to \d+\. Start the newer Entrepot/,
      );
    }
    database.exec("delete from schema_version where version = 1000");
    database.close();
    await (await openSqliteMetadata({ directory, onWriterFailure: unexpected })).close();
  });

  it("fails its probe when the schema was changed under it", async () => {
    const directory = await temporaryDirectory();
    const store = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    const database = new DatabaseSync(join(directory, "metadata.db"), { timeout: 1_000 });
    database.exec("insert into schema_version values (1000, 'later', 0)");
    database.close();
    await expect(store.probe()).rejects.toThrow("schema 1000");
    await store.close();
  });

  it("holds the history of a tag: every move in order, and its removal", async () => {
    const directory = await temporaryDirectory();
    const store = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["v1"] });
    await addImage(store, repository, digest(2), { tags: ["v1", "v2"] });
    await store.transaction(async ({ tags }) => {
      await tags.remove(repository, tag("v1"), 9);
      await tags.remove(repository, tag("v1"), 9);
    });
    await store.close();
    const database = new DatabaseSync(join(directory, "metadata.db"), { readOnly: true });
    const rows = database
      .prepare("select tag, sequence, digest, at from tag_history order by tag, sequence")
      .all();
    database.close();
    expect(rows.map((row) => Object.values(row))).toEqual([
      ["v1", 1, digest(1), 8],
      ["v1", 2, digest(2), 8],
      ["v1", 3, null, 9],
      ["v2", 1, digest(2), 8],
    ]);
  });

  it("is for its owner alone", async () => {
    const directory = join(await temporaryDirectory(), "data");
    const store = await openSqliteMetadata({ directory, onWriterFailure: unexpected });
    await store.probe();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const file of ["metadata.db", "metadata.db-wal", "metadata.db-shm"]) {
      expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    }
    await store.close();
  });

  // IAM knows no regions: who there is in an account, and what they may, is the same everywhere.
  const ofAccounts = [
    ...["account", "account_request", "principal", "group_member", "policy", "policy_version"],
    ...["policy_attachment", "inline_policy", "access_key", "session", "oidc_provider"],
    ...["credential_report"],
  ];

  it("begins every key and index with account and region, but for those across registries", async () => {
    const directory = await temporaryDirectory();
    await (await openSqliteMetadata({ directory, onWriterFailure: unexpected })).close();
    const database = new DatabaseSync(join(directory, "metadata.db"), { readOnly: true });
    const indexes = database
      .prepare(
        `select i.name as "index", json_group_array(c.name) as columns
         from sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
         where t.type = 'table' and t.name not in ('probe', 'schema_version', 'last_commit', 'lease',
             'event_cursor')
           and t.name not in (${ofAccounts.map((name) => `'${name}'`).join(", ")})
         group by i.name`,
      )
      .all() as { index: string; columns: string }[];
    const loose = database
      .prepare("select name from pragma_table_list where strict = 0 and name not like 'sqlite_%'")
      .all();
    database.close();
    const across = indexes.filter(({ columns }) => {
      const [first, second] = JSON.parse(columns) as string[];
      return first !== "account" || second !== "region";
    });
    expect(across.map(({ index }) => index)).toEqual([
      "audit_kind_time",
      "cache_usage_time", // What is old anywhere.
      ...["dead_letter_time", "event_arrival_time", "event_queue_due"],
      "gallery_posting_place", // A search is over the public registries of all accounts.
      "gallery_subscription_of", // What one account wants to be told of, of all accounts.
      "image_census_time", // What is old anywhere.
      "image_in_use_expiry",
      "image_replication_status", // What waits anywhere, for metrics.
      ...["job_due", "job_state", "job_turn"],
      ...["kms_key_deletion", "kms_key_rotation", "kms_use_time"], // What is due anywhere.
      "lifecycle_run_time",
      "object_id",
      "private_gallery_entry_shared", // What shows itself to other accounts.
      ...["public_alias_status", "public_registry_verified"], // What the operator decides about.
      ...["reclaim_due", "replication_backfill_end", "replication_change_expiry"],
      ...["replication_change_status", "replication_tombstone_expiry", "repository_lifecycle_due"],
      "secret_due",
      "sqlite_autoindex_advisory_index_part_1", // Advisories are the deployment's.
      "sqlite_autoindex_gallery_posting_1",
      "sqlite_autoindex_job_1", // A job goes by its id alone.
      "sqlite_autoindex_public_alias_1", // A name stands for one account, whichever.
      // A trail, also one of a whole organization, has files of several registries.
      ...["sqlite_autoindex_trail_digest_1", "sqlite_autoindex_trail_file_1"],
      "suppression_due",
      ...["trail_file_unwritten", "trail_organization", "trail_record_file"],
      "upload_id",
      // What is old anywhere, and what is large.
      ...["usage_call_time", "usage_count_time", "usage_level_time"],
      ...["usage_repository_gone", "usage_repository_size"],
    ]);
    expect(indexes.length).toBeGreaterThan(20);
    expect(loose).toEqual([]);
  });
});

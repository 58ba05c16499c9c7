import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { metadataTables } from "../sql/metadata-tables.ts";
import { type SqlConnection, type SqlResult, SqlSession } from "../sql/session.ts";
import { type SqlCommand, StatementCompiler } from "../sql/statement.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { openSqliteMetadata } from "./sqlite-metadata-store.ts";

/** Explains what it is asked to run, and answers as if one row had been met. */
class ExplainingConnection implements SqlConnection {
  readonly plans: string[] = [];
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async run({ sql }: SqlCommand): Promise<SqlResult> {
    const steps = this.#database.prepare(`explain query plan ${sql}`).all();
    for (const { detail } of steps) this.plans.push(`${detail} | ${sql}`);
    return {
      rows: [{ exclusion_filters: "[]", image_count: 1, size_bytes: 1, sealed_bytes: 1 }],
      changes: 1,
    };
  }

  async runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    const results: SqlResult[] = [];
    for (const command of commands) results.push(await this.run(command));
    return results;
  }

  async runLater(commands: readonly SqlCommand[]): Promise<void> {
    await this.runAll(commands);
  }
}

const registry = { account: "a", region: "r" };
const ref = { registry, id: "i" };
const row = {
  ...ref,
  registry,
  repository: ref,
  tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
  encryption: { type: "AES256" },
  digest: "d",
  kind: "object",
  object: "o",
};
const page = { limit: 9 };
const filters = [{}, { tagged: true }, { tagged: false, state: "ACTIVE" }];
const jobFilters = [{}, { state: "dead" }, { kind: "k" }, { state: "dead", kind: "k" }];
/** Every method of every table, with values to call it with. */
const calls: Record<string, Record<string, unknown[][]>> = {
  repositories: {
    find: [[registry, "n"]],
    list: [[registry, page]],
    resourceTags: [[ref]],
    count: [[registry]],
    listAll: [[page]],
    insertIfAbsent: [[row]],
    lock: [[registry, "n"]],
    setTagMutability: [[ref, row.tagMutability]],
    putResourceTag: [[ref, "k", "v"]],
    removeResourceTag: [[ref, "k"]],
    adjust: [[ref, {}]],
    setCounters: [[ref, {}]],
    remove: [[ref, 1]],
  },
  images: {
    resolve: [
      [registry, "n", { tag: "t" }],
      [registry, "n", { digest: "d" }],
    ],
    find: [[ref, "d"]],
    list: filters.map((filter) => [ref, page, filter]),
    references: [[ref, "d"]],
    parents: [[ref, "d", 9]],
    referrers: [
      [ref, "d", page],
      [ref, "d", page, { artifactTypes: ["a", "b"] }],
    ],
    insert: [[row, [row]]],
    remove: [[ref, "d"]],
    setPulledAt: [[ref, "d", 1]],
  },
  tags: {
    find: [[ref, "t"]],
    list: [[ref, page]],
    of: [[ref, "d", 9]],
    count: [[ref, "d"]],
    put: [[ref, { tag: "t", digest: "d", at: 1 }]],
    remove: [[ref, "t", 1]],
  },
  layers: {
    find: [[ref, "d"]],
    findMany: [[ref, ["a", "b", "c"]]],
    list: [[ref, page]],
    resolve: [[registry, "n", "d"]],
    isReferenced: [[ref, "d"]],
    holders: [[registry, "d", 9]],
    lock: [[ref, ["a", "b", "c"]]],
    linkIfAbsent: [[row]],
    lease: [[ref, "d", 1]],
    setMediaType: [[ref, "d", "m"]],
    unlink: [[ref, "d"]],
  },
  objects: {
    find: [["o"]],
    findLive: [[registry, "n", "d"]],
    content: [["o"]],
    isLinked: [[row]],
    list: [[page]],
    insert: [[row, new Uint8Array(1)]],
    insertIfAbsent: [[row, new Uint8Array(1)]],
    markDeleting: [["o"]],
    remove: [["o"]],
  },
  uploads: {
    find: [[registry, "u"]],
    count: [[ref]],
    list: [[ref, page]],
    listAll: [[page]],
    insert: [[row]],
    replace: [[row, row, Error]],
    end: [[row, Error]],
    remove: [[registry, "u"]],
  },
  settings: { find: [[registry, "n"]], put: [[registry, "n", "v"]] },
  serviceKeys: { find: [[registry, 1]], newest: [[registry]], insertIfAbsent: [[row]] },
  reclaim: { due: [[1, 9]], enqueue: [[row]], remove: [[row]] },
  leases: {
    find: [["n"]],
    take: [["n", "h", 1, 2]],
    extend: [[["a", "b"], "h", 2]],
    release: [["n", "h"]],
    removeExpired: [[1, 9]],
  },
  jobs: {
    find: [["i"]],
    list: jobFilters.map((filter) => [page, filter]),
    dueKinds: [[["a", "b"], 1]],
    enqueue: [[row]],
    lock: [["i"]],
    lockActive: [[registry, "k", "w"]],
    lockDue: [["k", 1, 9]],
    replace: [[row]],
    heartbeat: [["i", "h", 1]],
    remove: [["i"]],
    removeDead: [[registry, "k", "w"]],
  },
};

/** What it makes of the made-up answers is of no interest. */
async function callEverything(session: SqlSession): Promise<void> {
  const tables = metadataTables(session) as unknown as Record<
    string,
    Record<string, (...values: unknown[]) => Promise<unknown>>
  >;
  for (const [name, methods] of Object.entries(calls)) {
    for (const [method, variants] of Object.entries(methods)) {
      for (const values of variants) {
        await tables[name]?.[method]?.(...values);
      }
    }
  }
}

it("searches an index in every statement, and sorts nothing that an index could give in order", async () => {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-plans-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const onWriterFailure = (error: Error) => {
    throw error;
  };
  await (await openSqliteMetadata({ directory, onWriterFailure })).close();
  const database = new DatabaseSync(join(directory, "metadata.db"), { readOnly: true });
  const connection = new ExplainingConnection(database);
  await callEverything(new SqlSession(new StatementCompiler(sqliteDialect), connection));
  database.close();

  expect(connection.plans.length).toBeGreaterThan(80);
  const except = (allowed: RegExp) => (plan: string) => !allowed.test(plan);
  // A page of images that was found through an index is run through once more for its tags.
  const scans = connection.plans
    .filter((plan) => plan.startsWith("SCAN"))
    .filter(except(/^SCAN CONSTANT ROW/));
  expect(scans.filter(except(/^SCAN image \|.*\(select \* from "image" .* limit \?\)/))).toEqual(
    [],
  );
  const wide = connection.plans.filter((plan) => /\(account=\? AND region=\?\)/.test(plan));
  expect(wide.filter(except(/^SEARCH (registry_counter|service_key) /))).toEqual([]);
  // The tags of one image, and the objects of a repository that is being removed.
  const sorts = connection.plans.filter((plan) => plan.startsWith("USE TEMP B-TREE"));
  expect(sorts.filter(except(/FOR LAST TERM OF ORDER BY|insert into "reclaim"/))).toEqual([]);
  // A claim looks at what is due of its kind, and at nothing else.
  const claims = connection.plans.filter((plan) => /from "job" .*"due_at" <= \?/.test(plan));
  expect(claims.filter((plan) => plan.startsWith("SEARCH"))).toHaveLength(3);
  expect(
    claims.filter(except(/^(SEARCH job USING .*INDEX job_due \(kind=\? AND due_at<\?\)|SC)/)),
  ).toEqual([]);
  expect(connection.plans).toContainEqual(
    expect.stringMatching(/^SEARCH object USING PRIMARY KEY .* LEFT-JOIN/),
  );
});

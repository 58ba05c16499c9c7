import { basename } from "node:path";
import { type Client, escapeLiteral } from "pg";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type PostgresServer, postgresMissing } from "../../../../test/support/postgres.ts";
import { sharedPostgres, temporaryDatabase } from "../../../../test/support/shared-postgres.ts";
import type { MetadataChange } from "../../../ports/metadata-store.ts";
import { metadataTables } from "../sql/metadata-tables.ts";
import { type SqlConnection, type SqlResult, SqlSession } from "../sql/session.ts";
import { type SqlCommand, type SqlValue, StatementCompiler } from "../sql/statement.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import { openPostgresMetadata } from "./postgres-metadata-store.ts";

const missing = postgresMissing();

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
  readonly Plans?: readonly PlanNode[];
}

interface Cost {
  readonly scans: readonly string[];
  readonly rows: number;
  readonly blocks: number;
}

/** Tables of which a scan of the whole is the cheapest way to their few rows. */
const small = ["registry_counter"];

function costOf(plan: PlanNode): Cost {
  const below = (plan.Plans ?? []).map(costOf);
  const relation = plan["Relation Name"] ?? "";
  const isScan = plan["Node Type"] === "Seq Scan" && !small.includes(relation);
  const removed =
    (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Index Recheck"] ?? 0);
  const rows = relation === "" ? 0 : (plan["Actual Rows"] + removed) * plan["Actual Loops"];
  return {
    scans: [...(isScan ? [relation] : []), ...below.flatMap(({ scans }) => scans)],
    rows: rows + below.reduce((sum, each) => sum + each.rows, 0),
    // Those of a node include those of the nodes below it.
    blocks: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
  };
}

/** Reads without whose rows a write goes no further. */
const goesOnFrom = /^select \* from "gallery_listing"/;

/** What is counted, as numbers: the driver gives 64 bits as texts. */
function numbersIn(row: Readonly<Record<string, unknown>>): object {
  const counted = new Set(["number", "bits", "pulls", "boost"]);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, counted.has(name) ? Number(value) : value]),
  );
}

/** Runs what it is asked to run, and remembers how the server went about it. */
class ExplainingConnection implements SqlConnection {
  readonly #client: Client;
  costs: Cost[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  async run({ sql, parameters }: SqlCommand): Promise<SqlResult> {
    const types = parameters.map((value) => (typeof value === "number" ? "bigint" : "unknown"));
    const declared = types.length === 0 ? "" : `(${types.join(", ")})`;
    await this.#client.query(`prepare explained${declared} as ${sql}`);
    const values = parameters.map(literal).join(", ");
    const call = `execute explained${values === "" ? "" : `(${values})`}`;
    const { rows } = await this.#client.query(`explain (analyze, buffers, format json) ${call}`);
    this.costs.push(costOf((rows[0]["QUERY PLAN"] as [{ Plan: PlanNode }])[0].Plan));
    const found = goesOnFrom.test(sql) ? (await this.#client.query(call)).rows.map(numbersIn) : [];
    await this.#client.query("deallocate explained");
    return { rows: found, changes: 1 };
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

function literal(value: SqlValue): string {
  if (value === null) return "null";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeLiteral(value);
  return `'\\x${Buffer.from(value).toString("hex")}'`;
}

/** 2,000 repositories; 30,000 images in one of them and 10 in each of the others; as many layers. */
const manyRows = `
  set session_replication_role = replica;
  create function d(n bigint) returns text language sql immutable as
    $$ select 'sha256:' || lpad(to_hex(n), 64, '0') $$;
  insert into registry_counter values ('a', 'r', 0, 2000, 50000, 1, 1, 1);
  insert into repository select 'a', 'r', 'team/app-' || n, 'id-' || n, 1, 'MUTABLE', '[]', 0,
    'AES256', 10, 10, case when n % 4 = 0 then 'key-' || n % 40 end from generate_series(0, 1999) n;
  create temporary table member as
    select 'id-0' as repository, n from generate_series(0, 29999) n
    union all select 'id-' || r, n from generate_series(1, 1999) r, generate_series(0, 9) n;
  insert into object select 'a', 'r', 'o-' || n, 'AES256', d(n), 1, 1, '\\x01',
    case when n % 50 = 0 then 'deleting' else 'live' end, 'blobs', '1', 1, ''
    from generate_series(0, 59999) n;
  insert into object_content select 'a', 'r', 'o-' || n, '\\x02' from generate_series(0, 59999) n;
  insert into layer select 'a', 'r', repository, d(n), 'o-' || n, 1, null, 1, 1 from member;
  insert into image select 'a', 'r', repository, d(n), 'm', null, null, 1, 1,
    case when n % 3 = 0 then d(n % 100) end, 1, null, 'ACTIVE', 'o-' || n,
    case when n % 10 = 0 then 0 else 1 end from member;
  insert into image_scan (account, region, repository, digest, type, status, requested_at, counts, worst)
    select 'a', 'r', repository, d(n), 'BASIC', 'COMPLETE', 1, '{}', n % 6 from member;
  update image set worst_basic = n % 6 from member
    where image.repository = member.repository and image.digest = d(n) and n % 6 > 0;
  update repository set worst_basic = 5;
  insert into tag select 'a', 'r', repository,
    'v' || n || case when repository = 'id-0' then '' else repository end, d(n), 1
    from member where n % 10 > 0;
  insert into tag select 'a', 'r', id, 'latest', d(1), 1 from repository where id <> 'id-0';
  insert into tag_history select account, region, repository, tag, 1, digest, 1 from tag;
  insert into manifest_reference select 'a', 'r', repository, d(n), p, 'layer', d(n + p), 'm', 1
    from member, generate_series(0, 2) p;
  insert into reclaim select 'a', 'r', 'object', '', 'o-' || n, n from generate_series(0, 59999) n;
  insert into upload select 'a', 'r', 'u-' || n, 'id-' || n % 2000, 'o', '\\x01', 0, null, 0, 0, '',
    0, 0, null, 0, 1, 1, '' from generate_series(0, 19999) n;
  insert into lease select 'l-' || n, 'h', n from generate_series(0, 9999) n;
  insert into job select 'j-' || n, 'a', 'r', 'scan', 'k-' || n, '', 
    case when n % 2 = 0 then 'dead' else 'waiting' end, n, null, 0, '', null, 1
    from generate_series(0, 19999) n;
  insert into account select lpad(n::text, 12, '0'), 'n', 'e-' || n, 'e-' || n, 'ACTIVE', 'CREATED', 1,
    case when n % 2 = 0 then 'alias-' || n end, '[]' from generate_series(0, 9999) n;
  insert into principal select 'a', k, k || '-' || lpad(n::text, 5, '0'), k || n, k || n,
    case when n % 2 = 0 then '/team/' else '/' end, 1, '[]', case when n % 500 = 0 then 'edge' end,
    null, null, null, '', 0, null, null
    from generate_series(0, 4999) n, unnest(array['user', 'group', 'role']) k;
  insert into group_member select 'a', 'user' || n, 'group' || (n + g) % 300
    from generate_series(0, 4999) n, generate_series(0, 8) g;
  insert into group_member select 'a', 'user' || n, 'group-all' from generate_series(0, 4999) n;
  insert into policy select 'a', 'p-' || lpad(n::text, 5, '0'), 'p', 'p' || n, '/', '', 1, 1, '[]', 1,
    1 from generate_series(0, 4999) n;
  insert into policy_version select 'a', 'p' || n, v, '{}', 1
    from generate_series(0, 4999) n, generate_series(1, 5) v;
  insert into policy_attachment select 'a', 'user' || n, 'arn-' || a, 'user'
    from generate_series(0, 4999) n, generate_series(0, 9) a;
  insert into inline_policy select 'a', 'user' || n, 'i' || i, '{}'
    from generate_series(0, 4999) n, generate_series(0, 2) i;
  insert into access_key select 'k' || k || '-' || n, 'a', 'user' || n, '\\x01', 'Active', 1, null,
    null, null from generate_series(0, 4999) n, generate_series(0, 1) k;
  insert into session select 's-' || n, 'a', 'role' || n % 100, case when n % 50 = 0 then
    'pull-secret' else 'assumed-role' end, 'n', '\\x01', '{}', 1, n, null, null
    from generate_series(0, 49999) n;
  insert into repository_resource_tag select account, region, id, 'k-' || t, 'v'
    from repository, generate_series(0, 4) t;
  insert into repository_policy select account, region, id, '{}', 1 from repository;
  insert into kms_key select 'a', 'r', 'k-' || lpad(n::text, 5, '0'), 'Enabled', 'CUSTOMER', '', '{}',
    '[]', 1, case when n % 50 = 0 then n end, 1, case when n % 50 = 1 then 90 end,
    case when n % 50 = 1 then n end, 0 from generate_series(0, 4999) n;
  insert into kms_key_version select account, region, id, v, '\\x01', 'CREATED', 1
    from kms_key, generate_series(1, 4) v;
  insert into kms_alias select account, region, 'alias/' || id, id, 1, 1 from kms_key;
  insert into kms_grant select account, region, id, 'g-' || lpad(g::text, 5, '0'), 'n' || g, 'who',
    'who' || g % 7, '[]', '{}', '', 'i', 1 from kms_key, generate_series(0, 9) g;
  insert into kms_grant select 'a', 'r', 'k-00007', 'h-' || lpad(g::text, 5, '0'), 'n' || g, 'who', '',
    '[]', '{}', 's' || g, 'i', 1 from generate_series(0, 19999) g;
  insert into kms_use select 'a', 'r', 'k-00007', n, 'u', 'Decrypt', 'p', 'q', '{}', null
    from generate_series(0, 19999) n;
  insert into kms_use_count select 'a', 'r', 'k-00007', m::text, 'Decrypt', 1
    from generate_series(0, 99) m;
  insert into rekey select account, region, id, 'AES256', null, 'KMS', 'k', 1, null, 'layers', '', 1, 0,
    0, 0, 0, null from repository;
  insert into image_in_use select 'a', 'r', repository, d(n), 'node-' || u, 1, n
    from member, generate_series(0, 1) u;
  insert into pull_time_exclusion select 'a', 'r-' || n, 'arn-' || p, 1
    from generate_series(0, 99) n, generate_series(0, 99) p;
  insert into creation_template select 'a', 'r', 'p-' || lpad(n::text, 4, '0'), '{}', 1, 1, 1
    from generate_series(0, 499) n;
  insert into cache_rule select 'a', 'r-' || n, 'p-' || lpad(p::text, 4, '0'), '{}', 1, 1
    from generate_series(0, 99) n, generate_series(0, 49) p;
  insert into quota select 'a', 'r', 'q-' || lpad(n::text, 4, '0'), 'p-' || lpad(n::text, 4, '0'),
    'BYTES', null, 1, 'ACTIVE', '', 1 from generate_series(0, 999) n;
  insert into quota_usage select account, region, id, s, 1, 1 from quota, generate_series(0, 15) s;
  insert into service_quota select 'a', 'r-' || n, 'c', 1 from generate_series(0, 9999) n;
  insert into trashed_repository select 'a', 'r', 'trashed-' || n, 'n', '', 1, 2
    from generate_series(0, 9999) n;
  insert into registry_policy select 'a', 'r-' || n, '{}', 1 from generate_series(0, 999) n;
  insert into gallery_listing select n, lpad((n % 500)::text, 12, '0'), 'public', 'id-' || n, 'n', 'a',
    null, null, n % 1024, 0, 0, null, n from generate_series(1, 12000) n;
  insert into gallery_posting select n, word, -(n % 97), 0, n % 1024
    from generate_series(1, 12000) n, unnest(array['', 'all', 'w' || n % 2, 'x' || n % 3, 'y' || n % 5,
      'one-' || n, 'ten-' || n % 1200]) word;
  set session_replication_role = origin`;

const registry = { account: "a", region: "r" } as never;
const name = "team/app-0" as never;
const repository = { registry, id: "id-0" };
const digest = (n: number) => `sha256:${n.toString(16).padStart(64, "0")}` as never;
const page = { after: digest(15_000), limit: 100 };
const object = { id: "o-15000", registry } as never;
const objects = ["o-15001", "o-25000", "o-29000"] as never[];
const worstFirst = { sort: "SEVERITY", descending: true, limit: 50 } as const;
const layer = { kind: "layer", registry, repositoryId: "id-0", digest: digest(5) } as const;

/** What requests and workers ask, and how many rows of tables each may look at. */
const hot: Record<string, [mostRows: number, (tables: MetadataChange) => Promise<unknown>]> = {
  "find a repository": [1, (t) => t.repositories.find(registry, name)],
  "lock a repository": [2, (t) => t.repositories.lock(registry, name)],
  "lock it by its id": [2, (t) => t.repositories.lockById(repository)],
  "list repositories": [100, (t) => t.repositories.list(registry, { after: name, limit: 100 })],
  "repositories of a key": [
    20,
    (t) => t.repositories.sealedBy(registry, "key-8", { after: name, limit: 20 }),
  ],
  "keys of repositories": [5, (t) => t.repositories.encryptionKeys(registry, { limit: 5 })],
  "count repositories": [1, (t) => t.repositories.count(registry)],
  "resolve a tag": [3, (t) => t.images.resolve(registry, name, { tag: "v15001" as never })],
  "resolve a digest": [2, (t) => t.images.resolve(registry, name, { digest: digest(15_001) })],
  "find an image": [1, (t) => t.images.find(repository, digest(15_000))],
  "list images": [220, (t) => t.images.list(repository, page)],
  "list tagged images": [240, (t) => t.images.list(repository, page, { tagged: true })],
  "list untagged images": [120, (t) => t.images.list(repository, page, { tagged: false })],
  "list references": [3, (t) => t.images.references(repository, digest(15_000))],
  "list parents": [9, (t) => t.images.parents(repository, digest(15_000), 9)],
  "list referrers": [
    100,
    (t) => t.images.referrers(repository, digest(7), { after: digest(9_000), limit: 50 }),
  ],
  "record a pull": [1, (t) => t.images.setPulledAt(repository, digest(15_000), 9)],
  "find a tag": [1, (t) => t.tags.find(repository, "v15001" as never)],
  "list tags": [100, (t) => t.tags.list(repository, { after: "v15" as never, limit: 100 })],
  "tags of an image": [9, (t) => t.tags.of(repository, digest(15_001), 9)],
  "count the tags of an image": [1, (t) => t.tags.count(repository, digest(15_001))],
  "move a tag": [
    10,
    (t) => t.tags.put(repository, { tag: "v15001" as never, digest: digest(7), at: 9 }),
  ],
  "keep a tag fresh": [2, (t) => t.tags.setFresh(repository, "v15001" as never, digest(7), 9)],
  "remove a tag": [10, (t) => t.tags.remove(repository, "v15001" as never, 9)],
  "resolve a layer": [3, (t) => t.layers.resolve(registry, name, digest(15_001))],
  "find layers": [
    20,
    (t) =>
      t.layers.findMany(
        repository,
        Array.from({ length: 20 }, (_, n) => digest(n * 1_000)),
      ),
  ],
  "lock layers": [40, (t) => t.layers.lock(repository, [digest(7), digest(15_000), digest(9)])],
  "list layers": [100, (t) => t.layers.list(repository, page)],
  "whether a layer is referred to": [3, (t) => t.layers.isReferenced(repository, digest(15_000))],
  "holders of a layer": [20, (t) => t.layers.holders(registry, digest(7), 10)],
  "lease a layer": [1, (t) => t.layers.lease(repository, digest(15_000), 9)],
  "find an object": [1, (t) => t.objects.find("o-15000" as never)],
  "find an object with its content": [2, (t) => t.objects.findKept("o-15000" as never)],
  "find a live object": [1, (t) => t.objects.findLive(registry, "AES256", digest(15_001))],
  "lock a live object": [2, (t) => t.objects.lockLive(registry, "AES256", digest(15_001))],
  "whether an object is linked": [2, (t) => t.objects.isLinked(object)],
  "whether an image in use holds an object": [9, (t) => t.objects.isHeldByActive(object, 1)],
  "whether an archived image does": [9, (t) => t.objects.isHeldByArchived(object)],
  "when an object's leases end": [2, (t) => t.objects.leasedUntil(object)],
  "move an object": [
    1,
    (t) => t.objects.setPlace("o-15000" as never, "", "archive", () => new Error("moved")),
  ],
  "list objects": [100, (t) => t.objects.list({ after: "o-3" as never, limit: 100 })],
  "find objects": [20, (t) => t.objects.findMany(registry, objects)],
  "lock objects": [40, (t) => t.objects.lockMany(registry, objects)],
  "live objects among contents": [
    20,
    (t) => t.objects.liveAmong(registry, "AES256", [digest(7), digest(15_001), digest(9)]),
  ],
  "objects linked elsewhere": [40, (t) => t.objects.linkedElsewhere(repository, objects)],
  "wrap a key anew": [
    1,
    (t) =>
      t.objects.rewrap([
        { registry, id: "o-15000", domain: "KMS", wrappedKey: new Uint8Array(1) } as never,
      ]),
  ],
  "objects of images": [100, (t) => t.images.links(repository, page)],
  "objects of named images": [20, (t) => t.images.linksOf(repository, [digest(7), digest(9)])],
  "have a layer stand on another object": [
    1,
    (t) => t.layers.relink(repository, digest(15_000), "o-1" as never),
  ],
  "find how a repository was rekeyed": [1, (t) => t.rekeys.find(repository)],
  "images in use among others": [
    40,
    (t) => t.inUse.among(repository, [digest(7), digest(15_000), digest(29_000)], 9),
  ],
  "list images in use": [
    100,
    (t) =>
      t.inUse.list(repository, { after: { digest: digest(15_000), reporter: "a" }, limit: 90 }, 9),
  ],
  "images that are in use no more": [100, (t) => t.inUse.removeExpired(1_000, 90)],
  "whose pulls do not count": [
    100,
    (t) => t.pullTimeExclusions.list({ account: "a", region: "r-7" } as never, { limit: 100 }),
  ],
  "name the quotas of a repository": [1, (t) => t.repositories.setQuotas(repository, ["q-0001"])],
  "templates for a name": [
    2,
    (t) => t.creationTemplates.at(registry, ["p-0050", "p-0300", "none", "ROOT"]),
  ],
  "rules for a name": [
    2,
    (t) =>
      t.cacheRules.at({ account: "a", region: "r-7" } as never, [
        ...["p-0010", "p-0030", "none", "ROOT"],
      ]),
  ],
  "lock a quota": [2, (t) => t.quotas.lock(registry, "q-0500")],
  "quotas of a repository": [2, (t) => t.quotas.findMany(registry, ["q-0500", "q-0700"])],
  "quotas at prefixes": [2, (t) => t.quotas.at(registry, ["p-0500", "p-0700", "none", ""])],
  "list quotas": [
    20,
    (t) => t.quotas.list(registry, { after: { prefix: "p-0100", unit: "IMAGES" }, limit: 20 }),
  ],
  "what is used of a quota": [40, (t) => t.quotaUsage.of(registry, ["q-0500", "q-0700"])],
  "give back to a quota": [20, (t) => t.quotaUsage.add(registry, "q-0500", -1)],
  "lock what is used of a quota": [50, (t) => t.quotaUsage.lock(registry, "q-0500")],
  "service quotas of a registry": [1, (t) => t.serviceQuotas.of(registry)],
  "find an upload": [1, (t) => t.uploads.find(registry, "u-15000" as never)],
  "count uploads": [20, (t) => t.uploads.count(repository)],
  "list uploads": [20, (t) => t.uploads.list(repository, { limit: 100 })],
  "what is due for reclaiming": [100, (t) => t.reclaim.due(30_000, 100)],
  "queue for reclaiming": [1, (t) => t.reclaim.enqueue({ ...layer, dueAt: 9 })],
  "take off the queue": [1, (t) => t.reclaim.remove({ ...layer, dueAt: 9 })],
  "take a lease": [1, (t) => t.leases.take("l-5000", "h", 1, 2)],
  "find due jobs": [20, (t) => t.jobs.lockDue("scan", 15_000, 10)],
  "find an image by a tag that many repositories have": [
    3,
    (t) => t.images.resolve(registry, "team/app-7" as never, { tag: "latest" as never }),
  ],
  "find an image that many repositories have": [
    2,
    (t) => t.images.resolve(registry, "team/app-7" as never, { digest: digest(1) }),
  ],
  "repositories by what is worst in them": [
    50,
    (t) => t.search.repositories(registry, "BASIC", {}, worstFirst),
  ],
  "keep a scan": [
    60,
    (t) =>
      t.scans.put({
        ...{ repository, digest: digest(15_000), type: "BASIC", status: "COMPLETE", endedAt: 1 },
        ...{ description: undefined, requestedAt: 1, sourceUpdatedAt: 1, advisories: "a" },
        counts: { HIGH: 1 },
      }),
  ],
  "archive an image": [
    20,
    (t) =>
      t.images.setState(repository, digest(15_000), {
        ...{ state: "ARCHIVED", archivedAt: 1, activatedAt: undefined },
      }),
  ],
  ...galleryQueries(),
  ...identityQueries(),
  ...kmsQueries(),
};

/** What a search of the gallery asks, and what keeps its index. */
function galleryQueries(): typeof hot {
  const page = { masks: [7, 56], order: "RELEVANCE", offset: 0, limit: 25 } as const;
  const ref = { registry: { account: "000000000009", region: "public" }, id: "id-509" } as never;
  const words = new Map(["", "all", "w1", "new"].map((word) => [word, 1]));
  const entry = { repository: ref, bits: 1, updatedAt: 1, name: "n", alias: "a" } as never;
  return {
    "how often words are there": [
      4_002,
      (t) => t.publicRegistries.countWords(["all", "w1", "one-7"], 2_000),
    ],
    "what has any word": [
      2_030,
      (t) => t.publicRegistries.find({ words: [""], candidates: 2_000 }, page),
    ],
    "what has one of many words": [
      2_030,
      (t) =>
        t.publicRegistries.find({ words: ["w1"], candidates: 2_000 }, { ...page, order: "PULLS" }),
    ],
    // Of each candidate of the first word one row of each other word.
    "what has words that very many have": [
      2_530,
      (t) => t.publicRegistries.find({ words: ["x1", "w1", "all", "y2"], candidates: 700 }, page),
    ],
    "what has a rare word and common ones": [
      30,
      (t) => t.publicRegistries.find({ words: ["ten-7", "w1", "all"], candidates: 1_000 }, page),
    ],
    "find a listing": [1, (t) => t.publicRegistries.entry(ref)],
    "write a listing anew": [40, (t) => t.publicRegistries.putGalleryRow({ entry, words })],
    "take a listing out": [30, (t) => t.publicRegistries.removeGalleryRow(ref)],
    "count pulls of a listing": [20, (t) => t.publicRegistries.addPulls(ref, 900)],
  };
}

/** What deciding about a request asks, and what administering accounts does. */
function identityQueries(): typeof hot {
  const a = "a" as never;
  const user = { account: a, id: "user2500", kind: "user" } as const;
  const everybody = { account: a, id: "group-all" };
  const policy = { account: a, id: "p2500" };
  const after = "user-02000";
  return {
    "decide on a repository": [8, (t) => t.resourcePolicies.access(registry, name)],
    "decide on a registry": [1, (t) => t.resourcePolicies.ofRegistry(registry)],
    "find an access key": [1, (t) => t.identity.accessKeys.find("k1-2500")],
    "find a session": [1, (t) => t.identity.sessions.find("s-2500")],
    "find an account": [1, (t) => t.identity.accounts.find("000000002500" as never)],
    "find an alias": [1, (t) => t.identity.accounts.findByAlias("alias-2500")],
    "find who an id is of": [1, (t) => t.identity.entities.findById("user2500")],
    "groups of a user": [20, (t) => t.identity.entities.groupsOf(user)],
    "inline policies": [3, (t) => t.identity.policies.inline(user)],
    "attached policies": [10, (t) => t.identity.policies.attached(user)],
    "a managed policy": [1, (t) => t.identity.policies.find(a, "p-02500")],
    "a version of it": [1, (t) => t.identity.policies.version(policy, 3)],
    "versions of it": [5, (t) => t.identity.policies.versions(policy)],
    "find a user": [1, (t) => t.identity.entities.find(a, "user", "user-02500")],
    "lock a user": [2, (t) => t.identity.entities.lock(a, "user", "user-02500")],
    "list users": [100, (t) => t.identity.entities.list(a, "user", { after, limit: 100 })],
    "list users of a path": [
      200,
      (t) => t.identity.entities.list(a, "user", { after, limit: 100 }, { pathPrefix: "/team/" }),
    ],
    "members of a group": [200, (t) => t.identity.entities.members(everybody, { limit: 100 })],
    "who has a policy": [
      200,
      (t) => t.identity.policies.attachments(a, "arn-5", { after: user, limit: 100 }),
    ],
    "who is bounded by a policy": [30, (t) => t.identity.policies.boundaryCount(a, "edge")],
    "the first who are bounded": [30, (t) => t.identity.policies.bounded(a, "edge", { limit: 30 })],
    "keys of a user": [2, (t) => t.identity.accessKeys.of(user)],
    "record a use of a key": [
      1,
      (t) => t.identity.accessKeys.recordUse("k1-2500", { at: 9, region: "r", service: "s" }),
    ],
    "sessions of a role": [
      100,
      (t) =>
        t.identity.sessions.of({ account: a, id: "role7" }, "assumed-role", {
          after: "s-2",
          limit: 100,
        }),
    ],
    "pull secrets": [100, (t) => t.identity.sessions.pullSecrets(a, { after: "s-2", limit: 100 })],
    "remove expired sessions": [300, (t) => t.identity.sessions.removeExpired(30_000, 100)],
  };
}

/** What a use of a key asks, and what administering keys does. */
function kmsQueries(): typeof hot {
  const key = { registry, id: "k-00007" };
  const after = "k-02000";
  return {
    "find a key": [1, (t) => t.kms.keys.find(key)],
    "list keys": [100, (t) => t.kms.keys.list(registry, { after, limit: 100 })],
    "keys that are due": [100, (t) => t.kms.keys.due(4_000, 10)],
    "a version of a key": [1, (t) => t.kms.keys.version(key, 3)],
    "versions of a key": [4, (t) => t.kms.keys.versions(key, { limit: 9 })],
    "find an alias of a key": [1, (t) => t.kms.aliases.find(registry, "alias/k-00007")],
    "aliases of a key": [2, (t) => t.kms.aliases.of(key, { limit: 9 })],
    "list aliases": [100, (t) => t.kms.aliases.list(registry, { after: "alias/k", limit: 100 })],
    "find a grant": [1, (t) => t.kms.grants.find(key, "g-00005")],
    "list grants": [100, (t) => t.kms.grants.list(key, { after: "h-1", limit: 100 })],
    "grants that may fit a request": [
      20,
      (t) => t.kms.grants.applicable(key, ["who", "a", "b"], ["", "s7", "s19999"], 100),
    ],
    "list grants that may be retired": [
      100,
      (t) =>
        t.kms.grants.retirable(registry, "who3", { after: { key: after, id: "" }, limit: 100 }),
    ],
    "list uses": [60, (t) => t.kms.uses.list(key, { after: { at: 9_000, id: "" }, limit: 50 })],
    "remove old uses": [60, (t) => t.kms.uses.removeBefore(15_000, 20)],
  };
}

describe.skipIf(missing !== undefined).each([
  ["that was never analyzed", "select"],
  ["that is analyzed", "analyze"],
])(
  `PostgreSQL${missing === undefined ? "" : ` (skipped: ${missing})`}, in a database %s,`,
  { timeout: 120_000 },
  (_, prepare) => {
    let server: PostgresServer;

    beforeAll(async () => {
      server = await sharedPostgres();
      await server.execute("alter system set autovacuum = off");
      await server.execute("select pg_reload_conf()");
    });

    it("finds rows by indexes that lead to few others, however many there are", async () => {
      const url = await temporaryDatabase();
      await (await openPostgresMetadata({ url, warn: () => undefined })).close();
      await server.execute(manyRows, basename(url));
      await server.execute(prepare, basename(url));
      const client: Client = await server.connect(basename(url));
      onTestFinished(() => client.end());
      await client.query("set plan_cache_mode = force_generic_plan"); // As every session has it.
      const connection = new ExplainingConnection(client);
      const session = new SqlSession(new StatementCompiler(postgresDialect), connection);
      const tables = metadataTables(session);
      const measured: Record<string, Cost> = {};
      for (const [what, [, ask]] of Object.entries(hot)) {
        connection.costs = [];
        await client.query("begin");
        await ask(tables);
        await client.query("rollback");
        measured[what] = connection.costs.reduce((sum, cost) => ({
          scans: [...sum.scans, ...cost.scans],
          rows: sum.rows + cost.rows,
          blocks: sum.blocks + cost.blocks,
        }));
      }
      const tooMuch = Object.entries(measured).filter(([what, { scans, rows, blocks }]) => {
        const mostRows = hot[what]?.[0] ?? 0;
        return scans.length > 0 || rows > mostRows || blocks > 60 + 8 * mostRows;
      });
      expect(tooMuch).toEqual([]);
    });
  },
);

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { noCounts, noLevels } from "../../../registry/usage/usage.ts";
import { metadataTables } from "../sql/metadata-tables.ts";
import { type SqlConnection, type SqlResult, SqlSession } from "../sql/session.ts";
import { type SqlCommand, StatementCompiler } from "../sql/statement.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { openSqliteMetadata } from "./sqlite-metadata-store.ts";

const answer = {
  ...{ exclusion_filters: "[]", image_count: 1, size_bytes: 1, sealed_bytes: 1 },
  ...{
    ...{ tags: "[]", trashed_tags: "[]", repository_quotas: null },
    ...{ policy: "{}", result: "{}", summary: null },
    ...{ resources: "[]", detail: "{}", replay: null, passed: null, rules: "[]" },
    ...{ claims: "{}", rule: "{}", reasons: "[]", pushers: "[]", details: "{}" },
    client_ids: "[]",
    thumbprints: "[]",
    sign_on: null,
    login: null,
    ...{
      encryption_type: "AES256",
      encryption_key: null,
      from_type: "AES256",
      to_type: "AES256",
    },
  },
  ...{ settings: "{}", status: "{}", chain: "{}", written: null },
  ...{
    operations: "[]",
    constraints: "{}",
    context: "{}",
    detail: null,
    counts: "{}",
    criteria: "{}",
  },
  ...{ failure_codes: "[]", sub_codes: "[]", position: null },
  ...{
    architectures: "[]",
    operating_systems: "[]",
    pulls: 0,
    bits: 0,
    boost: 0,
    number: 1,
    listing: 1,
  },
};

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
      rows: [answer],
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
  quotaIds: [],
  kind: "object",
  object: "o",
};
const page = { limit: 9 };
const galleryPage = { masks: [1, 2], order: "PULLS", offset: 0, limit: 9 };
const filters = [{}, { tagged: true }, { tagged: false, states: ["ACTIVE"] }];
const jobFilters = [{}, { state: "dead" }, { kind: "k" }, { state: "dead", kind: "k" }];
const secret = { registry, name: "n", suffix: "s", stages: new Map() };
const rule = { registry, name: "n", tags: new Map() };
const trail = { ...{ registry, name: "n", id: "i", settings: {}, status: {} } };
const trailFile = { trail: "t", registry, id: "i", plannedAt: 1, object: "o", digest: "" };
const trailKey = { registry, fingerprint: "f", publicKey: "p", sealedPrivateKey: "s" };
const queue = { registry, target: "t" };
const endpointCalls: Record<string, unknown[][]> = {
  find: [[registry, "n"]],
  list: [[registry, page]],
  count: [[registry]],
  listAll: [[page]],
  lock: [[registry, "n"]],
  insertIfAbsent: [[row]],
  replace: [[row]],
  remove: [[registry, "n"]],
};
/** Every method of every table, with values to call it with. */
const calls: Record<string, Record<string, unknown[][]>> = {
  repositories: {
    find: [[registry, "n"]],
    list: [[registry, page]],
    resourceTags: [[ref]],
    count: [[registry]],
    listAll: [[page]],
    sealedBy: [[registry, "k", page]],
    encryptionKeys: [[registry, page]],
    insertIfAbsent: [[row]],
    lock: [[registry, "n"]],
    setScanOnPush: [[ref, true]],
    setTagMutability: [[ref, row.tagMutability]],
    setEncryption: [[ref, row.encryption]],
    setQuotas: [[ref, ["q"]]],
    lockCount: [[registry]],
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
    links: [[ref, page]],
    linksOf: [[ref, ["a", "b", "c"]]],
    references: [[ref, "d"]],
    parents: [[ref, "d", 9]],
    listedParents: [[ref, "d", 9]],
    hasActiveParent: [[ref, "d"]],
    referrers: [
      [ref, "d", page],
      [ref, "d", page, { artifactTypes: ["a", "b"] }],
      [ref, "d", page, { states: ["ACTIVE"] }],
    ],
    insert: [[row, [row]]],
    addReferences: [[ref, "d", [row], 1]],
    remove: [[ref, "d"]],
    setPulledAt: [[ref, "d", 1]],
    setAliveAt: [[ref, "d", 1]],
    setState: [[ref, "d", { state: "ARCHIVED", archivedAt: 1 }]],
    findStored: [[ref, "d"]],
    relink: [[ref, "d", "o"]],
  },
  tags: {
    find: [[ref, "t"]],
    list: [
      [ref, page],
      [ref, page, { states: ["ACTIVE"] }],
      [ref, page, { states: ["ARCHIVED", "ACTIVATING"] }],
    ],
    history: [[ref, "t", { after: 3, limit: 9 }]],
    of: [[ref, "d", 9]],
    ofParents: [[ref, "d", 9]],
    count: [[ref, "d"]],
    put: [[ref, { tag: "t", digest: "d", at: 1 }]],
    setFresh: [[ref, "t", "d", 1]],
    remove: [[ref, "t", 1]],
  },
  layers: {
    find: [[ref, "d"]],
    findMany: [[ref, ["a", "b", "c"]]],
    list: [[ref, page]],
    resolve: [[registry, "n", "d"]],
    isReferenced: [[ref, "d"]],
    isPullable: [[ref, "d"]],
    isHeld: [[ref, "d"]],
    isNeeded: [[ref, "d"]],
    archivedAmong: [[ref, ["a", "b", "c"]]],
    holders: [[registry, "d", 9]],
    lock: [[ref, ["a", "b", "c"]]],
    linkIfAbsent: [[row]],
    lease: [[ref, "d", 1]],
    setMediaType: [[ref, "d", "m"]],
    count: [[ref]],
    relink: [[ref, "d", "o"]],
    unlink: [[ref, "d"]],
  },
  objects: {
    find: [["o"]],
    findLive: [[registry, "n", "d"]],
    content: [["o"]],
    findKept: [["o"]],
    isLinked: [[row]],
    isHeldByActive: [[row, 1]],
    isHeldByArchived: [[row]],
    leasedUntil: [[row]],
    setPlace: [["o", "p", "q", Error]],
    findMany: [[registry, ["a", "b", "c"]]],
    lockMany: [[registry, ["a", "b", "c"]]],
    liveAmong: [[registry, "n", ["a", "b", "c"]]],
    linkedElsewhere: [[ref, ["a", "b", "c"]]],
    rewrap: [[[row]]],
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
  resourcePolicies: {
    ofRepository: [[ref]],
    ofRegistry: [[registry]],
    access: [[registry, "n"]],
    putOfRepository: [[ref, "{}", 1]],
    putOfRegistry: [[registry, "{}", 1]],
    removeOfRepository: [[ref]],
    removeOfRegistry: [[registry]],
  },
  settings: { find: [[registry, "n"]], put: [[registry, "n", "v"]], remove: [[registry, "n"]] },
  serviceKeys: { find: [[registry, 1]], newest: [[registry]], insertIfAbsent: [[row]] },
  reclaim: {
    due: [[1, 9]],
    hasObject: [[registry, "o"]],
    enqueue: [[row]],
    remove: [[row]],
  },
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
  lifecycle: {
    find: [[ref]],
    due: [[1, 9]],
    candidates: [[ref, page, 1]],
    candidate: [[ref, "d", 1]],
    referenceCounts: [[ref, ["a", "b", "c"]]],
    preview: [[ref]],
    previewed: [
      [ref, page],
      [ref, page, { tagged: true }],
      [ref, page, { tagged: false }],
    ],
    runs: [[ref, page]],
    run: [[ref, "1-i"]],
    runImages: [[ref, "1-i", page]],
    put: [[row]],
    remove: [[ref]],
    setDue: [[ref, 1]],
    hasten: [[ref, 1, true]],
    setEvaluated: [[ref, 1]],
    putPreview: [[{ ...row, status: "IN_PROGRESS" }]],
    addPreviewed: [[ref, 1, [{ ...row, tags: [] }]]],
    putRun: [[row]],
    addRunImages: [[{ ...row, id: "1-i" }, 1, [{ ...row, tags: [] }]]],
    removeRunsBefore: [[1, 9]],
  },
  trash: {
    findImage: [[ref, "d"]],
    discardedWith: [[ref, "d"]],
    needing: [[ref, "d", 9]],
    listImages: [
      [registry, { after: { repositoryId: "r", digest: "d" }, limit: 9 }],
      [registry, { after: { repositoryId: "r", digest: "d" }, limit: 9 }, { repository: ref }],
    ],
    findRepository: [[ref]],
    listRepositories: [
      [registry, { after: { name: "n", deletedAt: 1 }, limit: 9 }],
      [registry, { after: { name: "n", deletedAt: 1 }, limit: 9 }, { name: "n" }],
    ],
    putImage: [[{ ...row, image: row, tags: [], reason: { kind: "DELETED" } }]],
    restoreImage: [[{ ...row, image: row }]],
    removeImage: [[ref, "d"]],
    setImageExpiry: [[ref, "d", 1]],
    putRepository: [[row, { by: "b", at: 1, keepMs: 1 }]],
    restoreRepository: [[{ ...row, repository: ref, name: "n", imageCount: 1 }]],
    setRepositoryExpiry: [[ref, 1]],
    removeContents: [[ref, [{ digest: "d", object: "o" }], { images: 1, sizeBytes: 1 }]],
    removeRepository: [[ref, 1]],
  },
  inUse: {
    among: [[ref, ["a", "b", "c"], 1]],
    list: [[ref, page, 1]],
    put: [[[{ ...row, reporter: "n", reportedAt: 1, expiresAt: 2 }]]],
    remove: [[ref, "n", ["a", "b"]]],
    removeExpired: [[1, 9]],
  },
  cacheRules: {
    at: [[registry, ["a", "b", "c"]]],
    list: [[registry, page]],
    insertIfAbsent: [[{ ...row, key: "k", settings: {} }]],
    lock: [[registry, "k"]],
    replace: [[{ ...row, key: "k", settings: {} }]],
    remove: [[registry, "k"]],
    health: [[registry, ["a", "b"]]],
    usage: [[registry, ["a", "b"], 1]],
    noteHealth: [[registry, "k", { fetchedAt: 1, failure: { at: 1, reason: "" } }]],
    addUsage: [
      [[{ registry, key: "k", at: 1, pulls: 1, misses: 1, sentBytes: 1, fetchedBytes: 1 }]],
    ],
    removeUsageBefore: [[1, 9]],
  },
  creationTemplates: {
    at: [[registry, ["a", "b", "c"]]],
    list: [[registry, page]],
    insertIfAbsent: [[{ ...row, key: "k", settings: {} }]],
    lock: [[registry, "k"]],
    replace: [[{ ...row, key: "k", settings: {} }]],
    remove: [[registry, "k"]],
  },
  publicRegistries: {
    registry: [["a"]],
    verified: [[page]],
    alias: [["n"]],
    aliases: [["a"]],
    listAliases: [[page], [page, { status: "PENDING" }]],
    catalog: [[ref]],
    logo: [[ref]],
    entry: [[ref]],
    countWords: [[["w", "x"], 9]],
    find: [
      [{ words: ["w"], candidates: 9 }, galleryPage],
      [{ words: ["w", "x", "y"], candidates: 9 }, galleryPage],
      [
        { words: ["w", "x"], candidates: 9 },
        { ...galleryPage, order: "RELEVANCE", masks: [] },
      ],
    ],
    insertRegistry: [[{ account: "a", createdAt: 1 }]],
    lockRegistry: [["a"]],
    replaceRegistry: [[{ account: "a", createdAt: 1 }]],
    insertAlias: [[{ name: "n", account: "a" }]],
    replaceAlias: [[{ name: "n", account: "a" }]],
    removeAlias: [["n"]],
    putCatalog: [[ref, { architectures: [], operatingSystems: [] }]],
    putGalleryRow: [[{ entry: { repository: ref, bits: 1 }, words: new Map([["w", 8]]) }]],
    removeGalleryRow: [[ref]],
    addPulls: [[ref, 100]],
  },
  pullTimeExclusions: {
    list: [[registry, page]],
    insertIfAbsent: [[{ registry, principalArn: "p", createdAt: 1 }]],
    remove: [[registry, "p"]],
  },
  quotas: {
    find: [[registry, "q"]],
    findMany: [[registry, ["a", "b", "c"]]],
    at: [[registry, ["a", "b", "c"]]],
    list: [[registry, page]],
    listAll: [[page]],
    lock: [[registry, "q"]],
    insertIfAbsent: [[row]],
    replace: [[row]],
    remove: [[registry, "q"]],
  },
  quotaUsage: {
    of: [[registry, ["a", "b", "c"]]],
    charge: [[registry, "q", 1]],
    add: [[registry, "q", 1]],
    lock: [[registry, "q"]],
    allow: [[registry, "q", 9]],
    remove: [[registry, "q"]],
  },
  audit: {
    list: [[registry, { before: { at: 1, id: "i" }, since: 0, limit: 9 }]],
    oldest: [[registry]],
    put: [[[{ ...row, at: 1, records: 1, body: "{}" }]]],
    removeBefore: [["api", 1, 9]],
  },
  serviceQuotas: { of: [[registry]], put: [[registry, "c", 1]], remove: [[registry, "c"]] },
  eventArchives: {
    find: [[registry, "n"]],
    list: [[registry, page]],
    listAll: [[page]],
    events: [[ref, { after: 1, upTo: 9, fromAt: 1, toAt: 2 }, 9]],
    places: [[ref, page]],
    lock: [[registry, "n"]],
    insertIfAbsent: [[row]],
    replace: [[row]],
    remove: [[registry, "n"]],
    addEvents: [
      [row, [{ position: 1, loggedAt: 1, event: { ...row, resources: [], detail: {} } }]],
    ],
    removeBefore: [[row, 1, 9]],
    purge: [[ref, 9]],
  },
  eventReplays: {
    find: [[registry, "n"]],
    list: [[registry, page]],
    lock: [[registry, "n"]],
    insertIfAbsent: [[{ ...row, rules: [] }]],
    replace: [[{ ...row, rules: [] }]],
    remove: [[registry, "n"]],
  },
  outbox: { first: [[9]], sizes: [[9]], hasAtLeast: [[9]], add: [[row]], remove: [[[1, 2]]] },
  eventLog: {
    end: [[]],
    list: [[registry, page]],
    listBack: [[registry, page]],
    firstSince: [[registry, 1]],
    lock: [[]],
    append: [[[{ position: 1, loggedAt: 1, event: { ...row, resources: [], detail: {} } }]]],
    removeBefore: [[1, 9]],
  },
  eventRules: {
    find: [[rule]],
    list: [
      [registry, page],
      [registry, page, "p"],
    ],
    count: [[registry]],
    targets: [[rule]],
    findTarget: [[rule, "i"]],
    routes: [[registry]],
    namesByTarget: [[registry, "a", page]],
    lock: [[rule]],
    insertIfAbsent: [[rule]],
    replace: [[rule]],
    remove: [[rule]],
    putTarget: [[{ ...row, rule: "n" }]],
    removeTarget: [[rule, "i"]],
  },
  connections: endpointCalls,
  apiDestinations: endpointCalls,
  eventDeliveries: {
    queue: [[queue]],
    nextDue: [[]],
    lanes: [[queue, 1, 9]],
    nextLane: [[queue]],
    heads: [[queue, "p", 9]],
    oldest: [[queue, 9]],
    lastSequence: [[queue]],
    waiting: [[queue]],
    wake: [[queue, 1]],
    lock: [[queue]],
    lockDue: [[1, 9]],
    replace: [[queue]],
    remove: [[queue]],
    openLane: [[queue, { partition: "p", nextAt: 1 }]],
    setLane: [[queue, { partition: "p", nextAt: 1 }]],
    hastenLanes: [[queue, 1]],
    closeLane: [[queue, "p"]],
    add: [[[queue]]],
    setAttempts: [[queue, 1]],
    removeDelivered: [[queue, [1, 2]]],
  },
  deadLetters: {
    find: [[registry, "i"]],
    list: [
      [registry, page],
      [registry, page, { rule: "r" }],
      [registry, page, { rule: "r", targetId: "t" }],
    ],
    insert: [[[row]]],
    remove: [[registry, "i"]],
    removeBefore: [[1, 9]],
  },
  eventBuses: {
    policy: [[registry]],
    putPolicy: [[registry, "{}"]],
    removePolicy: [[registry]],
    arrive: [[registry, "i", 1]],
    removeArrivalsBefore: [[1, 9]],
  },
  secrets: {
    find: [[registry, "n"]],
    list: [[registry, page]],
    count: [[registry]],
    due: [[1, 9]],
    versions: [[secret]],
    findVersion: [[secret, "v"]],
    lock: [[registry, "n"]],
    insertIfAbsent: [[secret]],
    replace: [[secret]],
    remove: [[secret]],
    insertVersionIfAbsent: [[secret, { id: "v", createdAt: 1, value: {} }]],
    replaceValue: [[secret, { id: "v", createdAt: 1, value: {} }]],
    removeVersion: [[secret, "v"]],
  },
  parameters: {
    find: [[secret]],
    list: [
      [registry, page],
      [registry, { ...page, prefix: "/p/" }],
    ],
    count: [[registry]],
    versions: [[secret, page]],
    findVersion: [[secret, 1]],
    lock: [[secret]],
    insertIfAbsent: [[{ ...secret, labels: new Map() }]],
    replace: [[{ ...secret, labels: new Map() }]],
    remove: [[secret]],
    insertVersion: [[secret, { version: 1, settings: {}, value: {} }]],
    removeVersion: [[secret, 1]],
  },
  rekeys: { find: [[ref]], put: [[{ ...row, from: row.encryption, to: row.encryption }]] },
};

const entity = { account: "a", id: "i", kind: "user", name: "n", path: "/", tags: [] };
const session = { accessKeyId: "k", owner: entity, kind: "pull-secret", claims: {} };
const prefixed = { pathPrefix: "/p/" };
const identityCalls: typeof calls = {
  accounts: {
    find: [["a"]],
    findByAlias: [["n"]],
    findByEmail: [["e"]],
    list: [[page]],
    count: [[]],
    findRequest: [["i"]],
    listRequests: [[page]],
    insertIfAbsent: [[{ id: "a", email: "e" }]],
    lock: [["a"]],
    replace: [[{ id: "a", alias: "n" }]],
    insertRequest: [[{ id: "i" }]],
  },
  entities: {
    find: [["a", "user", "n"]],
    findById: [["i"]],
    list: [
      ["a", "user", page],
      ["a", "user", page, prefixed],
    ],
    count: [["a", "user"]],
    groupsOf: [[entity]],
    members: [[entity, page]],
    insertIfAbsent: [[entity]],
    lock: [["a", "user", "n"]],
    replace: [[entity]],
    remove: [[entity]],
    addMember: [[entity, entity]],
    removeMember: [[entity, entity]],
    recordUse: [[entity, 1, "r"]],
  },
  policies: {
    find: [["a", "n"]],
    list: [
      ["a", page],
      ["a", page, prefixed],
    ],
    count: [["a"]],
    versions: [[entity]],
    version: [[entity, 1]],
    countVersions: [["a"]],
    attached: [[entity]],
    attachments: [["a", "arn", page]],
    attachmentCount: [["a", "arn"]],
    bounded: [["a", "arn", page]],
    boundaryCount: [["a", "arn"]],
    inline: [[entity]],
    insertIfAbsent: [[entity]],
    lock: [["a", "n"]],
    replace: [[entity]],
    remove: [[entity]],
    insertVersion: [[entity, { version: 1, document: "{}", createdAt: 1 }]],
    removeVersion: [[entity, 1]],
    attach: [[entity, "arn"]],
    detach: [[entity, "arn"]],
    putInline: [[entity, { name: "n", document: "{}" }]],
    removeInline: [[entity, "n"]],
  },
  accessKeys: {
    find: [["k"]],
    of: [[entity]],
    insert: [[{ id: "k", owner: entity }]],
    setStatus: [["k", "Active"]],
    recordUse: [["k", { at: 1, region: "r", service: "s" }]],
    remove: [["k"]],
  },
  sessions: {
    find: [["k"]],
    of: [[entity, "pull-secret", page]],
    pullSecrets: [["a", page]],
    pullSecretCount: [["a"]],
    insert: [[session]],
    recordUse: [["k", { at: 1, region: "r" }]],
    remove: [["k"]],
    removeOf: [[entity]],
    removeExpired: [[1, 9]],
  },
  oidcProviders: {
    find: [["a", "u"]],
    list: [["a"]],
    insertIfAbsent: [[entity]],
    lock: [["a", "u"]],
    replace: [[entity]],
    remove: [["a", "u"]],
  },
};

const kmsKey = { ...ref, ...{ key: ref, version: 1, tags: [], operations: [], constraints: {} } };
const kmsCalls: typeof calls = {
  keys: {
    find: [[ref]],
    list: [[registry, page]],
    due: [[1, 9]],
    version: [[ref, 1]],
    versions: [[ref, page]],
    listVersions: [[page], [{ ...page, after: kmsKey }]],
    insert: [[kmsKey]],
    lock: [[ref]],
    replace: [[kmsKey]],
    remove: [[ref]],
    insertVersion: [[kmsKey]],
    rewrapVersion: [[kmsKey]],
    removeVersions: [[ref]],
  },
  aliases: {
    find: [[registry, "n"]],
    list: [[registry, page]],
    of: [[ref, page]],
    insertIfAbsent: [[kmsKey]],
    replace: [[kmsKey]],
    remove: [[registry, "n"]],
    removeOf: [[ref]],
  },
  grants: {
    find: [[ref, "g"]],
    list: [{}, { grantee: "g" }, { grantee: "g", name: "n" }, { grantee: "g", like: kmsKey }].map(
      (filter) => [ref, page, filter],
    ),
    applicable: [[ref, ["g", "h"], ["", "s"], 9]],
    retirable: [[registry, "g", page]],
    count: [[ref]],
    insert: [[kmsKey]],
    remove: [[ref, "g"]],
    removeOf: [[ref]],
  },
  uses: {
    list: [[ref, page]],
    counts: [[ref]],
    insert: [[[{ ...kmsKey, at: 1, encryptionContext: {} }]]],
    count: [[[{ ...kmsKey, month: "m", operation: "o", uses: 1 }]]],
    removeBefore: [[1, 9]],
  },
};

const scope = { registry, repository: "i", name: "n" };
const range = { from: 1, to: 9 };
const ofAll: unknown[][] = [[page], [{ ...page, after: scope }]];
const point = { ...scope, at: 1, levels: noLevels };
const usageCalls: typeof calls = {
  counts: {
    buckets: [[scope, "hour", range, 9]],
    sum: [[scope, "hour", range]],
    sums: [[registry, "day", range, ["i", "j"]]],
    add: [[[{ ...scope, period: "hour", at: 1, counts: noCounts }]]],
    removeBefore: [["hour", 1, 9]],
  },
  calls: {
    list: [[registry, "o", "hour", range, 9]],
    add: [[[{ registry, operation: "o", period: "hour", at: 1, calls: 1 }]]],
    removeBefore: [["hour", 1, 9]],
  },
  levels: {
    points: [[scope, range, 9]],
    last: [[scope]],
    archived: ofAll,
    unthinned: [[1, 9]],
    see: [[[point]]],
    thin: [[scope, 0, [point]]],
    removeBefore: [[1, 9]],
  },
  repositories: {
    find: [[scope]],
    list: [[registry, page]],
    named: [[registry, "n", page]],
    largest: [[9]],
    samples: ofAll,
    known: ofAll,
    know: [[[scope]]],
    setSeen: [[[point]]],
    setGone: [[[scope], 1]],
    removeGone: [[1, 9]],
  },
};

const ids = { after: "a", last: "b" };
const assessment = {
  repository: ref,
  name: "n",
  at: 1,
  sizeBytes: 1,
  ownBytes: 1,
  expiringBytes: 1,
  expiringUntil: 9,
};
const saving = { kind: "TRASH", items: 1, bytes: 1, affectedBytes: 0 };
const costCalls: typeof calls = {
  costs: {
    registries: [[page], [{ ...page, after: registry }]],
    points: [[registry, ids, range]],
    tagValues: [[registry, "k", ids]],
    assessments: [[registry, ids]],
    assessment: [[ref]],
    expiringBytes: [[registry, 9, 1]],
    listAssessments: [[page], [{ ...page, after: ref }]],
    savings: [
      [registry, page],
      [registry, { ...page, after: { bytes: 1, repository: "i", kind: "TRASH" } }],
    ],
    savingsOf: [[ref]],
    savingSum: [[registry, "TRASH"]],
    putAssessment: [[assessment, [saving]]],
    removeAssessment: [[ref]],
  },
};

const scan = {
  repository: ref,
  digest: "d",
  type: "BASIC",
  status: "COMPLETE",
  requestedAt: 1,
  counts: {},
};
const bytes = {
  sizeBytes: 1,
  madeBy: "m",
  content: new Uint8Array(1),
  names: new Uint8Array(1),
  wrappedKey: new Uint8Array(1),
};
const findingFilter = { registry, id: "f", name: "n", action: "NONE", criteria: {}, tags: {} };
const waiver = { registry, kind: "WAIVER", name: "n" };
const scanCalls: typeof calls = {
  advisoryParts: {
    find: [["i", 1]],
    put: [["i", 1, new Uint8Array(1)]],
    removeOthers: [["i"]],
  },
  scans: {
    find: [[scan]],
    findMany: [[ref, "BASIC", ["a", "b", "c"]]],
    findings: [[scan]],
    inventory: [[ref, "d"]],
    layerInventory: [[registry, "o"]],
    unpackedLayers: [[registry, ["o", "p", "q"]]],
    ofRegistry: [
      [registry, "ENHANCED", page],
      [registry, "ENHANCED", { ...page, after: { repositoryId: "r", digest: "d" } }],
    ],
    listAll: [[page], [{ ...page, after: scan }]],
    listSketched: [
      ["ENHANCED", page],
      ["ENHANCED", { ...page, after: scan }],
    ],
    countWrongWorst: [[ref]],
    put: [[scan], [scan, bytes]],
    recountWorst: [[ref]],
    setAdvisories: [
      [
        ref,
        "ENHANCED",
        ["a", "b"],
        { from: { advisories: "v1", endedAt: 1 }, to: { advisories: "v2" } },
      ],
    ],
    putInventory: [[ref, "d", bytes]],
    putNames: [[ref, "d", "PACKAGES", bytes.names]],
    putLayerInventory: [[registry, "o", bytes]],
  },
  signings: {
    findProfile: [[registry, "p"]],
    listProfiles: [
      [registry, page],
      [registry, { ...page, after: "p" }],
    ],
    ofImage: [[ref, "d"]],
    putProfile: [
      [
        {
          registry,
          name: "p",
          key: { object: "o", wrappedKey: bytes.content, sizeBytes: 1, content: bytes.content },
        },
      ],
    ],
    put: [[{ repository: ref, digest: "d", profileArn: "a", status: "FAILED" }]],
    trustedSigners: [[registry]],
    putTrustedSigner: [[{ registry, name: "s" }]],
    removeTrustedSigner: [[registry, "s"]],
  },
  privateGallery: {
    entry: [[ref]],
    entries: [[registry, { after: { name: "n", repositoryId: "r" }, limit: 9 }]],
    shared: [["us-east-1", { after: { account: "1", name: "n", repositoryId: "r" }, limit: 9 }]],
    versions: [[ref]],
    putEntry: [
      [
        {
          repository: ref,
          name: "n",
          visibility: { scope: "REGISTRY" },
          createdAt: 1,
          updatedAt: 1,
        },
      ],
    ],
    removeEntry: [[ref]],
    putVersion: [[{ repository: ref, version: "v", createdAt: 1, updatedAt: 1 }]],
    removeVersion: [[ref, "v"]],
    subscriptions: [[ref]],
    subscriptionsOf: [[registry, { after: { account: "1", repositoryId: "r" }, limit: 9 }]],
    putSubscription: [
      [{ repository: ref, subscriber: "1", principal: "p", tags: {}, createdAt: 1 }],
    ],
    removeSubscription: [[ref, "1"]],
  },
  sbomExports: {
    find: [[registry, "e"]],
    list: [
      [registry, page],
      [registry, { ...page, after: "e" }],
    ],
    lock: [[registry, "e"]],
    put: [[{ registry, id: "e" }]],
    remove: [[registry, "e"]],
  },
  findingFilters: {
    find: [[registry, "f"]],
    named: [[registry, "n"]],
    list: [
      [registry, page],
      [registry, { ...page, after: "f" }],
    ],
    suppressing: [[registry, 9]],
    insertIfAbsent: [[findingFilter]],
    replace: [[findingFilter]],
    remove: [[registry, "f"]],
  },
  suppressions: {
    find: [[waiver]],
    list: [[registry, "WAIVER", page]],
    due: [[1, 9]],
    vouched: [[ref, ["a", "b", "c"]]],
    put: [[{ ...waiver, ...bytes }]],
    remove: [[waiver]],
    vouch: [[{ repository: ref, digest: "d", principal: "p", at: 1 }]],
  },
};

const ofImage = { repository: ref, digest: "d" };
const gateCalls: typeof calls = {
  approvals: {
    environments: [[registry]],
    environment: [[registry, "n"]],
    request: [[ref, "i"]],
    requests: [[registry, "PENDING", page]],
    requestsIn: [[ref, "PENDING", page]],
    newestIn: [[ref, "PENDING", 9]],
    approvals: [[ref, "d"]],
    putEnvironment: [[{ registry, name: "n", rule: {}, createdAt: 1, updatedAt: 1 }]],
    removeEnvironment: [[registry, "n"]],
    putRequest: [[{ repository: ref, id: "i", state: "PENDING" }]],
    putApproval: [[{ ...ofImage, environment: "e" }]],
  },
  gates: {
    list: [[registry]],
    find: [[registry, "n"]],
    verdict: [[ref, "d"]],
    verdicts: [
      [registry, { after: { repositoryId: "r", digest: "d" }, limit: 9 }, { state: "PENDING" }],
      [registry, { after: { repositoryId: "r", digest: "d" }, limit: 9 }, { review: "PENDING" }],
    ],
    verdictsIn: [
      [ref, page, { state: "PENDING" }],
      [ref, page, { review: "PENDING" }],
    ],
    quarantine: [[ref, "d"]],
    reviews: [[ref, "d"]],
    approvals: [[ref, 9]],
    pushers: [[ref, "d"]],
    put: [[{ registry, name: "n", rule: {}, createdAt: 1, updatedAt: 1 }]],
    remove: [[registry, "n"]],
    setApplied: [[registry, 1]],
    putVerdict: [[{ ...ofImage, state: "ALLOWED", reasons: [], changedAt: 1 }]],
    removeVerdict: [[ref, "d"]],
    putQuarantine: [[{ ...ofImage, reason: "r", by: "b", at: 1 }]],
    removeQuarantine: [[ref, "d"]],
    putReview: [[{ ...ofImage, reviewer: "r", decision: "APPROVED", comment: "c", at: 1 }]],
    setPushers: [[ref, "d", ["a"]]],
  },
};

const replication = { repository: ref, digest: "d", destination: registry, tags: [], revision: 1 };
const replicationChange = { ...replication, kind: "TAG", target: "t", at: 1 };
const backfill = {
  registry,
  id: "i",
  destination: registry,
  status: "PREPARING",
  failureCodes: [],
};
const result = { position: 1, name: "n", digest: "d", subImageFailureCodes: [] };
const replicationCalls: typeof calls = {
  replications: {
    find: [[replication]],
    lock: [[replication]],
    ofImage: [[ref, "d"]],
    due: [[replication, 9, 9]],
    nextDueAt: [[replication]],
    waitingFor: [[ref]],
    counts: [[]],
    countsOf: [[registry]],
    put: [[replication]],
    upload: [[replication]],
    remove: [[replication]],
    putUpload: [[{ ...replication, uploadId: "u", offset: 1 }]],
    removeUpload: [[replication]],
    backfill: [[registry, "i"]],
    lockBackfill: [[registry, "i"]],
    backfills: [
      [registry, page],
      [registry, { ...page, after: { startedAt: 1, id: "i" } }],
    ],
    busyBackfills: [[registry]],
    insertBackfill: [[backfill]],
    replaceBackfill: [[backfill]],
    backfillResults: [
      [registry, "i", page],
      [registry, "i", page, "FAILED"],
    ],
    addBackfillResults: [[backfill, [result]]],
    removeBackfillsBefore: [[9, 9]],
  },
  replicationChanges: {
    find: [[replicationChange]],
    lock: [[replicationChange]],
    due: [[replicationChange, 9, 9]],
    nextDueAt: [[replicationChange]],
    waitingFor: [[ref]],
    counts: [[]],
    countsOf: [[registry]],
    removedAt: [[ref, "TAG", "t"]],
    put: [[replicationChange]],
    remove: [[replicationChange]],
    bury: [[{ repository: ref, kind: "TAG", target: "t", at: 1, expiresAt: 2 }]],
    removeExpired: [[9, 9]],
  },
};

type Methods = Record<string, (...values: unknown[]) => Promise<unknown>>;

/** What it makes of the made-up answers is of no interest. */
/** Of trails. */
const trailCalls: typeof calls = {
  trails: {
    find: [[trail]],
    ofAccount: [[registry.account]],
    listAll: [[{ after: trail, limit: 9 }]],
    lock: [[trail]],
    insertIfAbsent: [[trail]],
    replace: [[trail]],
    remove: [[trail]],
  },
  records: {
    nextRegistry: [["t", registry]],
    waiting: [["t", registry, { until: 1, limit: 9 }]],
    inFile: [["t", registry, "f"]],
    nextTrail: [["t"]],
    assign: [["t", registry, { at: 1, id: "i" }, "f"]],
    forgetWaiting: [["t", registry, { at: 1, id: "i" }]],
    forgetFile: [["t", registry, "f"]],
    forgetTrail: [["t", 9]],
  },
  files: {
    unwritten: [["t", 9]],
    ofDigest: [["t", registry, "d"]],
    undigested: [["t"]],
    insert: [[trailFile]],
    setWritten: [[trailFile]],
    assign: [["t", registry, "d"]],
    remove: [[trailFile]],
    removeOfDigest: [["t", registry, "d"]],
    removeOfTrail: [["t"]],
  },
  chains: {
    find: [["t", registry]],
    ofTrail: [["t"]],
    put: [[{ trail: "t", registry }]],
    removeOfTrail: [["t"]],
  },
  keys: {
    find: [[registry, "f"]],
    list: [[registry, 9]],
    listAll: [[{ after: trailKey, limit: 9 }]],
    insertIfAbsent: [[trailKey]],
    reseal: [[trailKey]],
  },
};

async function callEverything(session: SqlSession): Promise<void> {
  const { identity, kms, usage, trails, ...others } = metadataTables(session);
  await callAll(others as unknown as Record<string, Methods>, calls);
  await callAll(others as unknown as Record<string, Methods>, costCalls);
  await callAll(others as unknown as Record<string, Methods>, scanCalls);
  await callAll(others as unknown as Record<string, Methods>, gateCalls);
  await callAll(others as unknown as Record<string, Methods>, replicationCalls);
  await callAll(identity as unknown as Record<string, Methods>, identityCalls);
  await callAll(kms as unknown as Record<string, Methods>, kmsCalls);
  await callAll(usage as unknown as Record<string, Methods>, usageCalls);
  await callAll(trails as unknown as Record<string, Methods>, trailCalls);
}

async function callAll(tables: Record<string, Methods>, wanted: typeof calls): Promise<void> {
  for (const [name, methods] of Object.entries(wanted)) {
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

  expect(connection.plans.length).toBeGreaterThan(150);
  const except = (allowed: RegExp) => (plan: string) => !allowed.test(plan);
  // Accounts are counted before another is made, and there are never many.
  // What was found through indexes, layers or a page of images, is run through once more.
  // The oldest events are the first rows of their table: a walk along its key, which the limit ends.
  const scans = connection.plans
    .filter((plan) => plan.startsWith("SCAN"))
    .filter(
      except(/^SCAN (outbox|event_log) \| select [^()]* order by "(sequence|position)" limit \?$/),
    )
    .filter(except(/^SCAN outbox \| select octet_length.* as "bytes" .* by "sequence" limit \?$/))
    .filter(except(/^SCAN outbox \| select "sequence" .* by "sequence" limit \? offset \?$/))
    .filter(except(/^SCAN (CONSTANT ROW|needed|account \| select count)/))
    // Of the gallery's index, what a limit has let through.
    .filter(except(/^SCAN (counted|best|looked|found|shown|\(subquery-\d+\)) \|/));
  expect(
    scans.filter(except(/^SCAN image \|.*from \(select .* from "image" .* limit \?\)/)),
  ).toEqual([]);
  const wide = connection.plans.filter((plan) => /\(account=\? AND region=\?\)/.test(plan));
  // The few rules of a registry and their targets are counted, and read together.
  const ofRules =
    /^SEARCH (event_(rule|connection|destination) USING COVERING|event_(rule|target)) /;
  // Secrets and parameters are counted before another is made.
  const ofSecrets = /^SEARCH (secret|parameter) USING COVERING /;
  // There are few keys, a new one each year, and few gates; an account's public registry is one row, and
  // has a few names.
  expect(
    wide
      .filter(
        except(
          /^SEARCH (registry_counter|service_key|service_quota|registry_policy|gate|environment|event_bus_policy|trail_signing_key|trusted_signer|public_registry|public_alias) /,
        ),
      )
      .filter(except(ofRules))
      .filter(except(ofSecrets))
      // The oldest of a trail is the first along its key, where the limit ends.
      .filter(except(/^SEARCH audit USING PRIMARY KEY .* order by "at", "id" limit \?$/)),
  ).toEqual([]);
  // An account's policies and their versions are counted, and its few providers and trails are listed.
  const wholeAccounts = connection.plans.filter((plan) => /\(account=\?\)/.test(plan));
  expect(
    wholeAccounts.filter(except(/^SEARCH (policy(_version)? USING COVERING|oidc_provider|trail) /)),
  ).toEqual([]);
  // The tags of one image, the few groups of a user, archived layers, and the objects of a repository that is being
  // removed.
  const sorts = connection.plans.filter((plan) => plan.startsWith("USE TEMP B-TREE"));
  expect(
    sorts.filter(
      except(
        /FOR LAST TERM OF ORDER BY|FOR count\(DISTINCT\)|from \(select distinct "layer"|from "group_member"|limit \? ?\) as (best|found)|with (best|found) as materialized|insert into "reclaim"|from "trail_signing_key"/,
      ),
    ),
  ).toEqual([]);
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

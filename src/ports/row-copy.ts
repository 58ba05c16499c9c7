/**
 * Rows as they are stored, for what carries the whole content of a MetadataStore elsewhere as it is:
 * backup, restore and migration. Nothing else looks at rows: everybody else has MetadataStore.
 */

export type CopiedValue = string | number | null | Uint8Array;
/** By column. */
export type CopiedRow = Readonly<Record<string, CopiedValue>>;

/** A table that is carried. */
export interface CopiedTable {
  readonly name: string;
  /** The columns that tell its rows apart, and in whose order they are read. */
  readonly key: readonly string[];
  /** Whether rows of other tables refer to its rows, which must be there before those. */
  readonly isReferredTo: boolean;
  /** Rows that are read at once: fewer where a row may be large. */
  readonly pageRows: number;
  /** The column, if any, that the database counts up by itself. */
  readonly counted?: string;
}

const ofRepository = ["account", "region", "repository"];
const ofTarget = ["account", "region", "target"];
const ofKey = ["account", "region", "key"];

function table(
  name: string,
  key: readonly string[],
  more: Partial<Pick<CopiedTable, "isReferredTo" | "pageRows" | "counted">> = {},
): CopiedTable {
  return { name, key, isReferredTo: false, pageRows: 500, ...more };
}

/** Everything that is state, each table after those that it refers to. */
export const copiedTables: readonly CopiedTable[] = [
  table("account_setting", ["account", "region", "name"]),
  table("service_key", ["account", "region", "version"]),
  table("registry_counter", ["account", "region", "slot"]),
  // By id: made anew under its name, a repository is another one.
  table("repository", ["account", "region", "id"], { isReferredTo: true }),
  table("repository_resource_tag", [...ofRepository, "key"]),
  table("object", ["account", "region", "id"], { isReferredTo: true }),
  table("object_content", ["account", "region", "object"], { pageRows: 32 }),
  table("layer", [...ofRepository, "digest"]),
  table("image", [...ofRepository, "digest"], { isReferredTo: true }),
  table("image_scan", [...ofRepository, "digest", "type"], { pageRows: 32 }),
  table("image_inventory", [...ofRepository, "digest"], { pageRows: 32 }),
  table("gate", ["account", "region", "name"]),
  table("image_verdict", [...ofRepository, "digest"]),
  table("image_quarantine", [...ofRepository, "digest"]),
  table("image_review", [...ofRepository, "digest", "reviewer"]),
  table("environment", ["account", "region", "name"]),
  table("approval_request", [...ofRepository, "id"], { pageRows: 32 }),
  table("image_approval", [...ofRepository, "digest", "environment"]),
  table("image_sketch", [...ofRepository, "digest", "about"], { pageRows: 100 }),
  table("image_replication", [...ofRepository, "digest", "to_account", "to_region"]),
  table("image_signing", [...ofRepository, "digest", "profile_arn"]),
  table("layer_inventory", ["account", "region", "object"], { pageRows: 32 }),
  table("suppression", ["account", "region", "kind", "name"], { pageRows: 32 }),
  table("vex_vouch", [...ofRepository, "digest"]),
  table("advisory_index_part", ["index_id", "position"], { pageRows: 16 }),
  table("manifest_reference", [...ofRepository, "image", "position"]),
  table("tag", [...ofRepository, "tag"]),
  table("tag_history", [...ofRepository, "tag", "sequence"]),
  table("reclaim", ["account", "region", "kind", "repository", "target"]),
  table("account", ["id"]),
  table("account_request", ["id"]),
  // By id: made anew under its name, a user or a policy is another one.
  table("principal", ["id"]),
  table("group_member", ["account", "user", "member_of"]),
  table("policy", ["account", "id"]),
  table("policy_version", ["account", "policy", "version"]),
  table("policy_attachment", ["account", "principal", "policy_arn"]),
  table("inline_policy", ["account", "principal", "name"]),
  table("access_key", ["id"]),
  table("session", ["id"]),
  table("oidc_provider", ["account", "url"]),
  table("repository_policy", ofRepository),
  table("registry_policy", ["account", "region"]),
  table("kms_key", ["account", "region", "id"]),
  table("kms_key_version", [...ofKey, "version"]),
  table("kms_alias", ["account", "region", "name"]),
  table("kms_grant", [...ofKey, "id"]),
  table("kms_use", [...ofKey, "at", "id"]),
  table("kms_use_count", [...ofKey, "month", "operation"]),
  table("rekey", ofRepository),
  table("trashed_image", [...ofRepository, "digest"]),
  table("trashed_repository", ofRepository),
  table("lifecycle_policy", ofRepository),
  table("lifecycle_preview", ofRepository),
  table("lifecycle_preview_result", [...ofRepository, "position"]),
  table("lifecycle_run", [...ofRepository, "at", "id"]),
  table("lifecycle_run_image", [...ofRepository, "run", "position"]),
  table("image_in_use", [...ofRepository, "digest", "reporter"]),
  table("finding_filter", ["account", "region", "id"]),
  table("sbom_export", ["account", "region", "id"]),
  table("service_quota", ["account", "region", "code"]),
  table("quota", ["account", "region", "id"], { isReferredTo: true }),
  table("quota_usage", ["account", "region", "quota", "slot"]),
  table("pull_time_exclusion", ["account", "region", "principal_arn"]),
  table("creation_template", ["account", "region", "prefix"], { pageRows: 32 }),
  table("cache_rule", ["account", "region", "prefix"]),
  table("cache_usage", ["account", "region", "prefix", "at"]),
  table("public_registry", ["account", "region"]),
  table("public_alias", ["name"]),
  table("public_catalog", ofRepository, { pageRows: 4 }),
  table("gallery_listing", ["number"], { counted: "number" }),
  table("gallery_posting", ["listing", "word"]),
  table("private_gallery_entry", ofRepository, { pageRows: 32 }),
  table("private_gallery_version", [...ofRepository, "name"], { pageRows: 100 }),
  table("gallery_subscription", [...ofRepository, "subscriber"], { pageRows: 100 }),
  table("event_cursor", ["name"]),
  table("outbox", ["sequence"], { pageRows: 64, counted: "sequence" }),
  table("event_log", ["position"], { pageRows: 64 }),
  table("event_archive", ["account", "region", "name"]),
  table("archived_event", ["account", "region", "archive", "position"], { pageRows: 64 }),
  table("event_replay", ["account", "region", "name"]),
  table("event_rule", ["account", "region", "name"], { isReferredTo: true }),
  table("event_target", ["account", "region", "rule", "id"]),
  table("event_connection", ["account", "region", "name"]),
  table("event_destination", ["account", "region", "name"]),
  table("event_queue", ofTarget),
  table("event_lane", [...ofTarget, "partition"]),
  table("event_delivery", [...ofTarget, "sequence"], { pageRows: 100 }),
  table("dead_letter", ["account", "region", "id"], { pageRows: 100 }),
  table("event_bus_policy", ["account", "region"]),
  table("event_arrival", ["account", "region", "event_id"]),
  table("usage_count", ["account", "region", "period", "repository", "at"]),
  table("usage_call", ["account", "region", "operation", "period", "at"]),
  table("usage_level", [...ofRepository, "at"]),
  table("usage_repository", ofRepository),
  table("image_census", ["account", "region", "at"]),
  table("audit", ["account", "region", "at", "id"], { pageRows: 100 }),
  table("trail", ["account", "region", "name"]),
  table("trail_record", ["account", "region", "at", "id", "trail"]),
  table("trail_file", ["trail", "account", "region", "id"]),
  table("trail_digest", ["trail", "account", "region"]),
  table("trail_signing_key", ["account", "region", "fingerprint"]),
  table("cost_assessment", ofRepository),
  table("cost_saving", [...ofRepository, "kind"]),
  table("secret", ["account", "region", "name"], { isReferredTo: true }),
  table("secret_version", ["account", "region", "name", "suffix", "version"], { pageRows: 32 }),
  table("parameter", ["account", "region", "name"], { isReferredTo: true }),
  table("parameter_version", ["account", "region", "name", "version"], { pageRows: 100 }),
  table("replication_upload", [...ofRepository, "digest", "to_account", "to_region"]),
  table("replication_change", [...ofRepository, ...["to_account", "to_region", "kind", "target"]]),
  table("replication_tombstone", [...ofRepository, "kind", "target"]),
  table("replication_backfill", ["account", "region", "id"]),
  table("replication_result", ["account", "region", "backfill", "position"]),
  table("signing_profile", ["account", "region", "name"], { pageRows: 100 }),
  table("trusted_signer", ["account", "region", "name"]),
  table("job", ["id"]),
];

/**
 * What stays behind: sessions whose bytes are not an object yet, and what a process knows of itself or
 * of its database.
 */
export const uncopiedTables: readonly string[] = [
  "upload",
  "lease",
  "last_commit",
  "probe",
  "schema_version",
];

/** Of a database that several processes write: what each of its connections wrote last. */
export const lastCommits: CopiedTable = table("last_commit", ["connection"]);

/** A table by its name. @throws for one that is not carried */
export function copiedTable(name: string): CopiedTable {
  const found = copiedTables.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no table that is carried is called '${name}'`);
  return found;
}

export interface RowReads {
  /** The first rows after `after` in the order of the key, at most `table.pageRows`. */
  page(table: CopiedTable, after: CopiedRow | undefined): Promise<readonly CopiedRow[]>;
}

export interface RowSource {
  readonly schemaVersion: number;
  /** Reads that all see the rows of one moment, whatever is written meanwhile. */
  snapshot<T>(work: (rows: RowReads) => Promise<T>): Promise<T>;
}

export type RowChange =
  /** Does nothing where the key is there already. */
  | { readonly kind: "insert"; readonly table: CopiedTable; readonly row: CopiedRow }
  /** Sets the columns that the row has beside the key. */
  | { readonly kind: "update"; readonly table: CopiedTable; readonly row: CopiedRow }
  /** Only the key counts. */
  | { readonly kind: "remove"; readonly table: CopiedTable; readonly row: CopiedRow };

/** Outside of a snapshot, `page` sees what is committed. */
export interface RowStore extends RowSource, RowReads {
  /** In this order, all or nothing, durable once it resolves. */
  change(changes: readonly RowChange[]): Promise<void>;
}

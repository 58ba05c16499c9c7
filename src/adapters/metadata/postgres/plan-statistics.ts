import type { SqlConnection } from "../sql/session.ts";

interface Seed {
  readonly tables: string;
  readonly rows: readonly string[];
  /** Takes away what was put into other tables, of an account that is none. */
  readonly after?: readonly string[];
  /** Where a migration has filled the tables: what takes the rows shown away, instead of all. */
  readonly keeps?: readonly string[];
}

/**
 * Of a table that was never analyzed PostgreSQL takes every index that begins with (account, region)
 * for equally narrow, and may choose one that leads through all rows of a registry: until autovacuum
 * comes by, which is late for a first push of many images. So new tables are shown rows of the usual
 * proportions, within the transaction that makes them, which nobody else sees.
 */
const seeds: Readonly<Record<number, Seed>> = {
  1: {
    tables: `repository, repository_resource_tag, object, object_content, layer, image,
      manifest_reference, tag, tag_history, upload, reclaim, account_setting`,
    rows: [
      `insert into repository (account, region, name, id, created_at, tag_mutability,
          exclusion_filters, scan_on_push, encryption_type, image_count, size_bytes)
        select 'a', 'r', 'n' || n, 'i' || n, n, 'MUTABLE', '[]', 0, 'AES256', 0, 0
        from generate_series(0, 99) n`,
      `insert into repository_resource_tag (account, region, repository, key, value)
        select 'a', 'r', 'i' || n % 100, 'k' || n, '' from generate_series(0, 999) n`,
      `insert into account_setting (account, region, name, value)
        select 'a', 'r', 'n' || n, '' from generate_series(0, 99) n`,
      `insert into object (account, region, id, domain, digest, size_bytes, sealed_bytes,
          wrapped_key, state, placement, layout, created_at)
        select 'a', 'r', 'o' || n, 'd', 's' || n, n, n, '', 'live', 'blobs', '', n
        from generate_series(0, 999) n`,
      `insert into object_content (account, region, object, content)
        select 'a', 'r', 'o' || n, '' from generate_series(0, 999) n`,
      `insert into layer (account, region, repository, digest, object, size_bytes, linked_at,
          leased_until)
        select 'a', 'r', 'i' || n % 100, 's' || n, 'o' || n, n, n, n from generate_series(0, 999) n`,
      `insert into image (account, region, repository, digest, media_type, manifest_bytes,
          size_bytes, subject, pushed_at, state, object, tag_count)
        select 'a', 'r', 'i' || n % 100, 's' || n, 'm', n, n,
          case when n % 4 = 0 then 's' || n % 200 end, n, 'ACTIVE', 'o' || n, n % 2
        from generate_series(0, 999) n`,
      `insert into manifest_reference (account, region, repository, image, position, kind, digest,
          media_type, size_bytes)
        select 'a', 'r', 'i' || n % 100, 's' || n, p, 'layer', 's' || n + p, 'm', n
        from generate_series(0, 999) n, generate_series(0, 3) p`,
      `insert into tag (account, region, repository, tag, digest, moved_at)
        select 'a', 'r', 'i' || n % 100, 't' || n, 's' || n, n from generate_series(0, 999) n`,
      `insert into tag_history (account, region, repository, tag, sequence, digest, at)
        select 'a', 'r', 'i' || n % 100, 't' || n, 1, 's' || n, n from generate_series(0, 999) n`,
      `insert into upload (account, region, id, repository, object, wrapped_key, offset_bytes,
          sealed_bytes, frames, layout, parts, small_part, revision, created_at, expires_at)
        select 'a', 'r', 'u' || n, 'i' || n % 100, 'o' || n, '', 0, 0, 0, '', 0, 0, 0, n, n
        from generate_series(0, 999) n`,
      `insert into reclaim (account, region, kind, repository, target, due_at)
        select 'a', 'r', 'layer', 'i' || n % 100, 's' || n, n from generate_series(0, 999) n`,
    ],
  },
  4: {
    tables: "lease, job",
    rows: [
      `insert into lease (name, holder, expires_at)
        select 'n' || n, 'h' || n % 10, n from generate_series(0, 999) n`,
      `insert into job (id, account, region, kind, key, payload, state, due_at, attempts, holder,
          created_at)
        select 'j' || n, 'a', 'r', 'k' || n % 5, 'w' || n, '',
          case when n % 2 = 0 then 'waiting' else 'dead' end, n, 0, '', n
        from generate_series(0, 999) n`,
    ],
  },
  5: {
    tables: `account, account_request, principal, group_member, policy, policy_version,
      policy_attachment, inline_policy, access_key, session, oidc_provider, repository_policy,
      registry_policy`,
    rows: [
      `insert into account (id, name, email, email_key, status, joined_method, created_at, alias,
          tags)
        select 'a' || n, '', 'e' || n, 'e' || n, 'ACTIVE', 'CREATED', n,
          case when n % 2 = 0 then 'l' || n end, '[]'
        from generate_series(0, 99) n`,
      `insert into account_request (id, account_name, state, account, requested_at, completed_at)
        select 'c' || n, '', 'SUCCEEDED', 'a' || n, n, n from generate_series(0, 99) n`,
      `insert into principal (account, kind, name_key, name, id, path, created_at, tags, boundary,
          description, max_session_seconds)
        select 'a', k, 'n' || n, 'n' || n, k || n, '/', n, '[]',
          case when n % 9 = 0 then 'b' || n % 100 end, '', 0
        from generate_series(0, 999) n, unnest(array['user', 'group', 'role']) k`,
      `insert into group_member (account, "user", member_of)
        select 'a', 'user' || n, 'group' || (n + g * 10) % 100
        from generate_series(0, 999) n, generate_series(0, 2) g`,
      `insert into policy (account, name_key, name, id, path, description, default_version,
          versions_made, tags, created_at, updated_at)
        select 'a', 'n' || n, 'n' || n, 'p' || n, '/', '', 1, 1, '[]', n, n
        from generate_series(0, 999) n`,
      `insert into policy_version (account, policy, version, document, created_at)
        select 'a', 'p' || n, v, '{}', n
        from generate_series(0, 999) n, generate_series(1, 3) v`,
      `insert into policy_attachment (account, principal, policy_arn, kind)
        select 'a', 'user' || n, 'p' || (n * 7 + p) % 1000, 'user'
        from generate_series(0, 999) n, generate_series(0, 3) p`,
      `insert into inline_policy (account, principal, name, document)
        select 'a', 'user' || n, 'i' || i, '{}'
        from generate_series(0, 999) n, generate_series(0, 2) i`,
      `insert into access_key (id, account, owner, sealed_secret, status, created_at)
        select 'k' || n, 'a', 'user' || n % 500, '', 'Active', n
        from generate_series(0, 999) n`,
      `insert into session (id, account, owner, kind, name, sealed_secret, claims, created_at,
          expires_at)
        select 's' || n, 'a', 'role' || n % 100,
          case when n % 2 = 0 then 'pull-secret' else 'assumed-role' end, '', '', '{}', n, n
        from generate_series(0, 999) n`,
      `insert into oidc_provider (account, url, client_ids, thumbprints, tags, created_at)
        select 'a', 'u' || n, '[]', '[]', '[]', n from generate_series(0, 99) n`,
      `insert into repository_policy (account, region, repository, document, put_at)
        select 'a', 'r', 'i' || n, '{}', n from generate_series(0, 999) n`,
      `insert into registry_policy (account, region, document, put_at)
        select 'a' || n, 'r', '{}', n from generate_series(0, 99) n`,
    ],
  },
  6: {
    tables: "kms_key, kms_key_version, kms_alias, kms_grant, kms_use, kms_use_count",
    rows: [
      `insert into kms_key (account, region, id, state, manager, description, policy, tags,
          created_at, deletion_at, version, rotation_days, rotation_at, rotations_on_demand)
        select 'a', 'r', 'k' || n, 'Enabled', 'CUSTOMER', '', '{}', '[]', n,
          case when n % 50 = 0 then n end, 1, 365, case when n % 2 = 0 then n end, 0
        from generate_series(0, 999) n`,
      `insert into kms_key_version (account, region, key, version, wrapped, origin, created_at)
        select 'a', 'r', 'k' || n, v, '', 'CREATED', n
        from generate_series(0, 999) n, generate_series(1, 3) v`,
      `insert into kms_alias (account, region, name, key, created_at, updated_at)
        select 'a', 'r', 'n' || n, 'k' || n, n, n from generate_series(0, 999) n`,
      `insert into kms_grant (account, region, key, id, name, grantee, retiring, operations,
          constraints, scope, issuer, created_at)
        select 'a', 'r', 'k' || n % 10, 'g' || n, 'n' || n, 'p' || n % 3, 'p' || n % 3, '[]', '{}',
          's' || n % 500, '', n
        from generate_series(0, 999) n`,
      `insert into kms_use (account, region, key, at, id, operation, principal, request_id, context)
        select 'a', 'r', 'k' || n % 10, n, 'u' || n, 'Decrypt', '', '', '{}'
        from generate_series(0, 999) n`,
      `insert into kms_use_count (account, region, key, month, operation, uses)
        select 'a', 'r', 'k' || n % 10, 'm' || n, 'Decrypt', 1 from generate_series(0, 999) n`,
    ],
  },
  7: {
    tables: "trashed_repository",
    rows: [
      `insert into repository (account, region, name, id, created_at, tag_mutability,
          exclusion_filters, scan_on_push, encryption_type, image_count, size_bytes)
        select 'a', 'r', 'n' || n, 'i' || n, n, 'MUTABLE', '[]', 0, 'AES256', 0, 0
        from generate_series(0, 999) n`,
      `insert into trashed_repository (account, region, repository, name, deleted_by, deleted_at,
          expires_at)
        select 'a', 'r', 'i' || n, 'n' || n, '', n, n from generate_series(0, 999) n`,
    ],
    after: ["delete from repository where account = 'a' and region = 'r'"],
  },
  9: {
    tables: "quota, quota_usage, service_quota",
    rows: [
      `insert into quota (account, region, id, prefix, unit, hard, state, position, created_at)
        select 'a', 'r', 'q' || n, 'p' || n / 2, case when n % 2 = 0 then 'BYTES' else 'IMAGES' end,
          n, 'ACTIVE', '', n
        from generate_series(0, 999) n`,
      `insert into quota_usage (account, region, quota, slot, used, allowance)
        select 'a', 'r', 'q' || n, s, n, n from generate_series(0, 999) n, generate_series(0, 15) s`,
      `insert into service_quota (account, region, code, value)
        select 'a' || n, 'r', 'c', n from generate_series(0, 99) n`,
    ],
  },
  // Its tables may have rows by then: those of before the migration. Then they are analyzed with these.
  37: {
    tables: "gallery_listing, gallery_posting",
    rows: [
      `insert into gallery_listing (number, account, region, repository, name, alias, bits, pulls,
          boost, updated_at)
        select -n, 'a' || n % 50, 'r', 'i' || n, 'n' || n, 'l', 0, 0, 0, n
        from generate_series(1, 1000) n`,
      `insert into gallery_posting (listing, word, place, boost, bits)
        select -n, case when w = 0 then '' else 'w' || (n * 7 + w * 13) % (w * 20) end, -n % 90, 0, 0
        from generate_series(1, 1000) n, generate_series(0, 19) w on conflict do nothing`,
    ],
    keeps: [
      "delete from gallery_posting where listing < 0",
      "delete from gallery_listing where number < 0",
    ],
  },
};

/** In the transaction of the migration that has made the tables. */
export async function seedStatistics(connection: SqlConnection, version: number): Promise<void> {
  const seed = seeds[version];
  if (seed === undefined) return;
  const { tables, rows, after = [], keeps } = seed;
  const emptied = keeps ?? [`truncate ${tables}`];
  const commands = [...rows, `analyze ${tables}`, ...emptied, ...after];
  await connection.runAll(commands.map((sql) => ({ sql, parameters: [] })));
}

import { type Entity, type LoginProfile, nameKey } from "../../../registry/identity/entity.ts";
import type { PrincipalTable } from "./identity-tables.ts";
import type { Fields } from "./statement.ts";

export function toEntity(row: PrincipalTable): Entity {
  const base = {
    account: row.account,
    name: row.name,
    id: row.id,
    path: row.path,
    createdAt: row.created_at,
  };
  if (row.kind === "group") return { kind: "group", ...base };
  const principal = {
    ...base,
    tags: JSON.parse(row.tags) as { key: string; value: string }[],
    boundary: row.boundary ?? undefined,
    revokedBefore: row.revoked_before ?? undefined,
  };
  if (row.kind === "user") {
    const login = row.login === null ? undefined : (JSON.parse(row.login) as LoginProfile);
    return { kind: "user", ...principal, login };
  }
  return {
    kind: "role",
    ...principal,
    trustPolicy: row.trust_policy ?? "",
    description: row.description,
    maxSessionSeconds: row.max_session_seconds,
    usedAt: row.used_at ?? undefined,
    usedRegion: row.used_region ?? undefined,
  };
}

export function toPrincipalRow(entity: Entity): Fields<PrincipalTable> {
  const role = entity.kind === "role" ? entity : undefined;
  const login = entity.kind === "user" ? entity.login : undefined;
  const principal = entity.kind === "group" ? undefined : entity;
  return {
    account: entity.account,
    kind: entity.kind,
    name_key: nameKey(entity.name),
    name: entity.name,
    id: entity.id,
    path: entity.path,
    created_at: entity.createdAt,
    tags: JSON.stringify(principal?.tags ?? []),
    boundary: principal?.boundary ?? null,
    revoked_before: principal?.revokedBefore ?? null,
    login: login === undefined ? null : JSON.stringify(login),
    trust_policy: role?.trustPolicy ?? null,
    description: role?.description ?? "",
    max_session_seconds: role?.maxSessionSeconds ?? 0,
    used_at: role?.usedAt ?? null,
    used_region: role?.usedRegion ?? null,
  };
}

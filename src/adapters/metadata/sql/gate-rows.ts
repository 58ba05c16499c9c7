/** What rows of gates stand for. */
import type {
  Gate,
  GateRule,
  Quarantine,
  Review,
  Verdict,
  VerdictReason,
} from "../../../registry/gates/gate.ts";
import type {
  GateTable,
  ImageQuarantineTable,
  ImageReviewTable,
  ImageVerdictTable,
} from "./gate-tables.ts";
import { type RepositoryKey, registryKey, repositoryKey } from "./keys.ts";
import type { Fields } from "./statement.ts";

function refOf(row: RepositoryKey) {
  return { registry: registryKey(row), id: row.repository };
}

export function toGate(row: GateTable): Gate {
  return {
    registry: registryKey(row),
    name: row.name,
    // Gates of before signatures were a condition.
    rule: { signedBy: [], ...(JSON.parse(row.rule) as Omit<GateRule, "signedBy">) },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    appliedAt: row.applied_at ?? undefined,
  };
}

export function toGateRow(gate: Gate): Fields<GateTable> {
  return {
    ...registryKey(gate.registry),
    name: gate.name,
    rule: JSON.stringify(gate.rule),
    created_at: gate.createdAt,
    updated_at: gate.updatedAt,
    applied_at: gate.appliedAt ?? null,
  };
}

export function toVerdict(row: ImageVerdictTable): Verdict {
  return {
    ...{ repository: refOf(row), digest: row.digest, state: row.state },
    reasons: JSON.parse(row.reasons) as VerdictReason[],
    review: row.review ?? undefined,
    changedAt: row.changed_at,
    judgedAt: row.judged_at ?? undefined,
  };
}

export function toVerdictRow(verdict: Verdict): Fields<ImageVerdictTable> {
  return {
    ...{ ...repositoryKey(verdict.repository), digest: verdict.digest, state: verdict.state },
    reasons: JSON.stringify(verdict.reasons),
    review: verdict.review ?? null,
    changed_at: verdict.changedAt,
    judged_at: verdict.judgedAt ?? null,
  };
}

export function toQuarantine(row: ImageQuarantineTable): Quarantine {
  const { digest, reason, by_principal: by, at } = row;
  return { repository: refOf(row), digest, reason, by, at };
}

export function toQuarantineRow(quarantine: Quarantine): Fields<ImageQuarantineTable> {
  const { repository, digest, reason, by, at } = quarantine;
  return { ...repositoryKey(repository), digest, reason, by_principal: by, at };
}

export function toReview(row: ImageReviewTable): Review {
  const { digest, reviewer, decision, comment, at, until, ended_at, ended_because } = row;
  return {
    ...{ repository: refOf(row), digest, reviewer, decision, comment, at },
    until: until ?? undefined,
    ended: ended_at === null ? undefined : { at: ended_at, because: ended_because ?? "" },
  };
}

export function toReviewRow(review: Review): Fields<ImageReviewTable> {
  const { repository, digest, reviewer, decision, comment, at, until, ended } = review;
  return {
    ...{ ...repositoryKey(repository), digest, reviewer, decision, comment, at },
    until: until ?? null,
    ended_at: ended?.at ?? null,
    ended_because: ended?.because ?? null,
  };
}

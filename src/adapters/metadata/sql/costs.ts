import type {
  CostReads,
  CostWrites,
  IdRange,
  RepositoryPoint,
  SavingPosition,
} from "../../../ports/cost-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  CostAssessment,
  CostSaving,
  SavingKind,
  SavingSum,
} from "../../../registry/cost/cost-saving.ts";
import type { Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { UsageRange } from "../../../registry/usage/usage.ts";
import * as statements from "./cost-statements.ts";
import type { CostAssessmentTable, CostSavingTable } from "./cost-tables.ts";
import { registryKey, repositoryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";

export class SqlCosts implements CostReads, CostWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async registries({ after, limit }: PageRequest<Registry>): Promise<Registry[]> {
    const { account, region } = after ?? statements.beforeAll;
    const rows = await this.#session.all(statements.registries, { account, region, limit });
    return rows.map(registryKey);
  }

  async points(registry: Registry, ids: IdRange, range: UsageRange): Promise<RepositoryPoint[]> {
    const key = { ...registryKey(registry), ...idsOf(ids) };
    const { from, to } = range;
    const before = await this.#session.all(statements.pointsBefore, { ...key, from });
    const changes = await this.#session.all(statements.points, { ...key, from, to });
    return [...before, ...changes]
      .map((row) => ({
        repository: row.repository,
        at: row.at,
        sizeBytes: row.size_bytes,
        archivedBytes: row.archived_bytes,
      }))
      .sort((a, b) => byText(a.repository, b.repository) || a.at - b.at);
  }

  tagValues(
    registry: Registry,
    tagKey: string,
    ids: IdRange,
  ): Promise<{ repository: string; value: string }[]> {
    const page = { ...registryKey(registry), ...idsOf(ids), tagKey };
    return this.#session.all(statements.tagValues, page);
  }

  async assessments(registry: Registry, ids: IdRange): Promise<CostAssessment[]> {
    const page = { ...registryKey(registry), ...idsOf(ids) };
    return (await this.#session.all(statements.assessments, page)).map(toAssessment);
  }

  async assessment(repository: RepositoryRef): Promise<CostAssessment | undefined> {
    const row = await this.#session.first(statements.assessment, repositoryKey(repository));
    return row && toAssessment(row);
  }

  async listAssessments({ after, limit }: PageRequest<RepositoryRef>): Promise<CostAssessment[]> {
    const key = after === undefined ? statements.beforeAll : repositoryKey(after);
    return (await this.#session.all(statements.listAssessments, { ...key, limit })).map(
      toAssessment,
    );
  }

  async expiringBytes(registry: Registry, until: number, since: number): Promise<number> {
    const key = { ...registryKey(registry), until, since };
    return Number((await this.#session.first(statements.expiring, key))?.bytes ?? 0);
  }

  async savings(
    registry: Registry,
    { after, limit }: PageRequest<SavingPosition>,
  ): Promise<CostSaving[]> {
    const rows = await this.#session.all(statements.savings, {
      ...registryKey(registry),
      bytes: after?.bytes ?? Number.MAX_SAFE_INTEGER,
      repository: after?.repository ?? "",
      kind: after?.kind ?? "",
      limit,
    });
    return rows.map(toSaving);
  }

  async savingsOf(repository: RepositoryRef): Promise<CostSaving[]> {
    const rows = await this.#session.all(statements.savingsOf, repositoryKey(repository));
    return rows.map(toSaving);
  }

  async savingSum(registry: Registry, kind: SavingKind): Promise<SavingSum> {
    const row = await this.#session.first(statements.savingSum, { ...registryKey(registry), kind });
    return { kind, findings: Number(row?.findings ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  async putAssessment(
    assessment: CostAssessment,
    savings: Parameters<CostWrites["putAssessment"]>[1],
  ): Promise<void> {
    const { name, at } = assessment;
    const key = repositoryKey(assessment.repository);
    const { sizeBytes, ownBytes, expiringBytes, expiringUntil } = assessment;
    const figures = { sizeBytes, ownBytes, expiringBytes, expiringUntil };
    await this.#session.allLater([
      this.#session.command(statements.put, { ...key, name, at, ...figures }),
      this.#session.command(statements.removeSavings, key),
      ...savings.map(({ kind, items, bytes, affectedBytes, ...detail }) =>
        this.#session.command(statements.addSaving, {
          ...{ ...key, kind, name, items, bytes, affectedBytes, foundAt: at },
          detail: detailOf(detail),
        }),
      ),
    ]);
  }

  async removeAssessment(repository: RepositoryRef): Promise<void> {
    const key = repositoryKey(repository);
    await this.#session.allLater([
      this.#session.command(statements.removeSavings, key),
      this.#session.command(statements.remove, key),
    ]);
  }
}

/** Picks the bounds out of a value that may carry more. */
function idsOf({ after, last }: IdRange): IdRange & Record<"after" | "last", string> {
  return { after, last };
}

function toAssessment(row: CostAssessmentTable): CostAssessment {
  return {
    repository: { registry: registryKey(row), id: row.repository },
    name: row.name,
    at: row.at,
    sizeBytes: row.size_bytes,
    ownBytes: row.own_bytes,
    expiringBytes: row.expiring_bytes,
    expiringUntil: row.expiring_until,
  };
}

type SavingDetail = Pick<
  CostSaving,
  "group" | "digests" | "trashed" | "together" | "estimatedBytes" | "unpackedBytes"
>;

/** Picks the members out of a value that may carry more. */
function detailOf(detail: SavingDetail) {
  const { group, digests, trashed, together, estimatedBytes, unpackedBytes } = detail;
  const guess = { estimatedBytes, unpackedBytes };
  const text = JSON.stringify({ group, digests, trashed, together, ...guess });
  return text === "{}" ? null : text;
}

function toSaving(row: CostSavingTable): CostSaving {
  return {
    repository: { registry: registryKey(row), id: row.repository },
    name: row.name,
    kind: row.kind,
    items: row.items,
    bytes: row.bytes,
    affectedBytes: row.affected_bytes,
    ...(JSON.parse(row.detail ?? "{}") as SavingDetail),
    foundAt: row.found_at,
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

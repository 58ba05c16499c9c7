import type {
  LifecycleCandidate,
  LifecycleReads,
  LifecycleWrites,
  RunPosition,
} from "../../../ports/lifecycle-store.ts";
import type { PageRequest } from "../../../ports/metadata-store.ts";
import type {
  LifecyclePreview,
  LifecycleRun,
  LifecycleRunImage,
  LifecycleSummary,
  PreviewedImage,
  StoredLifecycle,
} from "../../../registry/lifecycle/stored-lifecycle.ts";
import type { Digest } from "../../../registry/names.ts";
import type { Repository, RepositoryRef } from "../../../registry/repositories/repository.ts";
import { registryKey, repositoryKey, toRef } from "./keys.ts";
import { candidate, candidates, referenceCounts, toCandidates } from "./lifecycle-candidates.ts";
import * as policies from "./lifecycle-policies.ts";
import * as runs from "./lifecycle-runs.ts";
import { toRepository } from "./repository-row.ts";
import type { SqlSession } from "./session.ts";
import type { LifecyclePolicyTable, LifecyclePreviewTable } from "./tables.ts";

export class SqlLifecycle implements LifecycleReads, LifecycleWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(repository: RepositoryRef): Promise<StoredLifecycle | undefined> {
    const row = await this.#session.first(policies.find, repositoryKey(repository));
    return row && toLifecycle(row, toRef(repository));
  }

  async due(now: number, limit: number): Promise<Repository[]> {
    const rows = await this.#session.all(policies.due, { now, limit });
    return rows.map((row) => toRepository(row, registryKey(row)));
  }

  async candidates(
    repository: RepositoryRef,
    { after = "" as Digest, limit }: PageRequest<Digest>,
    now: number,
  ): Promise<LifecycleCandidate[]> {
    const page = { ...repositoryKey(repository), after, limit, now };
    return toCandidates(await this.#session.all(candidates, page));
  }

  async candidate(
    repository: RepositoryRef,
    digest: Digest,
    now: number,
  ): Promise<LifecycleCandidate | undefined> {
    const key = { ...repositoryKey(repository), digest, now };
    return toCandidates(await this.#session.all(candidate, key))[0];
  }

  async referenceCounts(
    repository: RepositoryRef,
    digests: readonly Digest[],
  ): Promise<{ digest: Digest; references: number }[]> {
    const rows = await referenceCounts.all(this.#session, repositoryKey(repository), digests);
    return rows.map((row) => ({ digest: row.digest, references: Number(row.references) }));
  }

  async preview(repository: RepositoryRef): Promise<LifecyclePreview | undefined> {
    const row = await this.#session.first(policies.findPreview, repositoryKey(repository));
    return row && toPreview(row, toRef(repository));
  }

  async previewed(
    repository: RepositoryRef,
    { after = 0, limit }: PageRequest<number>,
    { tagged }: { tagged?: boolean | undefined } = {},
  ): Promise<(PreviewedImage & { position: number })[]> {
    const page = { ...repositoryKey(repository), after, limit };
    const listing =
      tagged === undefined
        ? policies.previewed
        : tagged
          ? policies.previewedTagged
          : policies.previewedUntagged;
    const rows = await this.#session.all(listing, page);
    return rows.map(({ position, digest, result }) => ({
      ...(JSON.parse(result) as Omit<PreviewedImage, "digest">),
      digest,
      position,
    }));
  }

  async runs(
    repository: RepositoryRef,
    { after, limit }: PageRequest<RunPosition>,
  ): Promise<LifecycleRun[]> {
    const page = {
      ...repositoryKey(repository),
      at: after?.at ?? Number.MAX_SAFE_INTEGER,
      id: after?.id ?? "",
      limit,
    };
    const rows = await this.#session.all(runs.list, page);
    return rows.map((row) => runs.toRun(row, toRef(repository)));
  }

  async run(repository: RepositoryRef, id: string): Promise<LifecycleRun | undefined> {
    const at = runs.timeOf(id);
    if (at === undefined) return undefined;
    const row = await this.#session.first(runs.find, { ...repositoryKey(repository), id, at });
    return row && runs.toRun(row, toRef(repository));
  }

  async runImages(
    repository: RepositoryRef,
    run: string,
    { after = 0, limit }: PageRequest<number>,
  ): Promise<(LifecycleRunImage & { position: number })[]> {
    const page = { ...repositoryKey(repository), run, after, limit };
    const rows = await this.#session.all(runs.images, page);
    return rows.map((row) => runs.toRunImage(row));
  }

  async put(lifecycle: StoredLifecycle): Promise<void> {
    await this.#session.later(policies.put, {
      ...repositoryKey(lifecycle.repository),
      policy: lifecycle.policy ?? null,
      extension: lifecycle.extension ?? null,
      version: lifecycle.version,
      putAt: lifecycle.putAt,
      evaluatedAt: lifecycle.evaluatedAt ?? null,
      changes: lifecycle.changes,
    });
  }

  async remove(repository: RepositoryRef): Promise<void> {
    await this.#session.later(policies.remove, repositoryKey(repository));
  }

  async setDue(repository: RepositoryRef, at: number | undefined): Promise<void> {
    await this.#session.later(policies.setDue, { ...repositoryKey(repository), at: at ?? null });
  }

  async hasten(repository: RepositoryRef, at: number, isTaking: boolean): Promise<void> {
    const key = repositoryKey(repository);
    const due = this.#session.command(policies.hasten, { ...key, at });
    const taken = isTaking ? [this.#session.command(policies.countChange, key)] : [];
    await this.#session.allLater([due, ...taken]);
  }

  async setEvaluated(repository: RepositoryRef, at: number): Promise<void> {
    await this.#session.later(policies.setEvaluated, { ...repositoryKey(repository), at });
  }

  async putPreview(preview: LifecyclePreview): Promise<void> {
    const key = repositoryKey(preview.repository);
    const row = this.#session.command(policies.putPreview, {
      ...key,
      id: preview.id,
      policy: preview.policy ?? null,
      extension: preview.extension ?? null,
      status: preview.status,
      startedAt: preview.startedAt,
      finishedAt: preview.finishedAt ?? null,
      summary: preview.summary === undefined ? null : JSON.stringify(preview.summary),
    });
    const isNew = preview.status === "IN_PROGRESS";
    const removal = isNew ? [this.#session.command(policies.removePreviewed, key)] : [];
    await this.#session.allLater([...removal, row]);
  }

  async addPreviewed(
    repository: RepositoryRef,
    position: number,
    images: readonly PreviewedImage[],
  ): Promise<void> {
    const key = repositoryKey(repository);
    await this.#session.allLater(
      images.map(({ digest, ...result }, index) =>
        this.#session.command(policies.addPreviewed, {
          ...key,
          position: position + index,
          digest,
          tagCount: result.tags.length,
          result: JSON.stringify(result),
        }),
      ),
    );
  }

  async putRun(run: LifecycleRun): Promise<void> {
    await this.#session.later(runs.put, runs.toRow(run));
  }

  async addRunImages(
    { repository, id }: Pick<LifecycleRun, "repository" | "id">,
    position: number,
    images: readonly LifecycleRunImage[],
  ): Promise<void> {
    const key = { ...repositoryKey(repository), run: id };
    await this.#session.allLater(
      images.map((image, index) =>
        this.#session.command(runs.addImage, {
          ...key,
          position: position + index,
          digest: image.digest,
          tags: JSON.stringify(image.tags),
          pushedAt: image.pushedAt,
          rule: image.rulePriority,
          action: image.action,
          sizeBytes: image.sizeBytes,
          failureCode: image.failure?.code ?? null,
          failureReason: image.failure?.reason ?? null,
        }),
      ),
    );
  }

  async removeRunsBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(runs.listBefore, { at, limit });
    await this.#session.allLater(
      old.flatMap(({ account, region, repository, at: ranAt, id }) => {
        const key = { account, region, repository };
        return [
          this.#session.command(runs.removeImages, { ...key, run: id }),
          this.#session.command(runs.remove, { ...key, at: ranAt, id }),
        ];
      }),
    );
    return old.length;
  }
}

function toLifecycle(row: LifecyclePolicyTable, repository: RepositoryRef): StoredLifecycle {
  return {
    repository,
    policy: row.policy ?? undefined,
    extension: row.extension ?? undefined,
    version: row.version,
    putAt: row.put_at,
    evaluatedAt: row.evaluated_at ?? undefined,
    changes: row.changes,
  };
}

function toPreview(row: LifecyclePreviewTable, repository: RepositoryRef): LifecyclePreview {
  return {
    repository,
    id: row.id,
    policy: row.policy ?? undefined,
    extension: row.extension ?? undefined,
    status: row.status,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
    summary: row.summary === null ? undefined : (JSON.parse(row.summary) as LifecycleSummary),
  };
}

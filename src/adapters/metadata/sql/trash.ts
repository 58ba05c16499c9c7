import type { PageRequest } from "../../../ports/metadata-store.ts";
import type { TrashPosition, TrashReads, TrashWrites } from "../../../ports/trash-store.ts";
import { limits } from "../../../registry/limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../../../registry/names.ts";
import type { Repository, RepositoryRef } from "../../../registry/repositories/repository.ts";
import {
  type Deletion,
  hiddenName,
  type TrashedImage,
  type TrashedRepository,
  type TrashReason,
} from "../../../registry/trash/trash.ts";
import { toImage } from "./image-row.ts";
import { removeImage, removeReferences, setState } from "./image-statements.ts";
import { registryKey, repositoryKey, toRef } from "./keys.ts";
import { adjustRepositoryCounts } from "./registry-counters.ts";
import { removeReplications } from "./replication-statements.ts";
import { enqueueContents, removeContents } from "./repository-contents.ts";
import { removeScans } from "./scans.ts";
import type { SqlSession } from "./session.ts";
import { removeSignings } from "./signings.ts";
import type { SqlCommand } from "./statement.ts";
import * as images from "./trashed-images.ts";
import * as repositories from "./trashed-repositories.ts";
import { afterRemoval, ratedRepository } from "./worst-findings.ts";

export class SqlTrash implements TrashReads, TrashWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async findImage(repository: RepositoryRef, digest: Digest): Promise<TrashedImage | undefined> {
    const row = await this.#session.first(images.find, { ...repositoryKey(repository), digest });
    return row && toTrashedImage(row, toRef(repository));
  }

  async discardedWith(repository: RepositoryRef, subject: Digest): Promise<TrashedImage[]> {
    const limit = limits.indexWalkNodes;
    const key = { ...repositoryKey(repository), subject, limit };
    const rows = await this.#session.all(images.discardedWith, key);
    return rows.map((row) => toTrashedImage(row, toRef(repository)));
  }

  async needing(repository: RepositoryRef, layer: Digest, limit: number): Promise<Digest[]> {
    const key = { ...repositoryKey(repository), layer, limit };
    return (await this.#session.all(images.needing, key)).map(({ image }) => image);
  }

  async listImages(
    registry: Registry,
    { after, limit }: PageRequest<TrashPosition>,
    { repository }: { repository?: RepositoryRef | undefined } = {},
  ): Promise<(TrashedImage & { name: RepositoryName })[]> {
    const page = {
      ...registryKey(registry),
      afterRepository: after?.repositoryId ?? "",
      afterDigest: after?.digest ?? "",
      limit,
    };
    const rows =
      repository === undefined
        ? await this.#session.all(images.list, page)
        : await this.#session.all(images.listOf, { ...page, repository: repository.id });
    return rows.map((row) => {
      const name = row.repository_name;
      return { ...toTrashedImage(row, { registry, id: row.repository_id }), name };
    });
  }

  async findRepository(repository: RepositoryRef): Promise<TrashedRepository | undefined> {
    const row = await this.#session.first(repositories.find, repositoryKey(repository));
    return row && toTrashedRepository(row, repository.registry);
  }

  async listRepositories(
    registry: Registry,
    { after, limit }: PageRequest<Pick<TrashedRepository, "name" | "deletedAt">>,
    { name }: { name?: RepositoryName | undefined } = {},
  ): Promise<TrashedRepository[]> {
    const deletedAt = after?.deletedAt ?? Number.MIN_SAFE_INTEGER;
    const page = { ...registryKey(registry), afterName: after?.name ?? "", deletedAt, limit };
    const rows =
      name === undefined
        ? await this.#session.all(repositories.list, page)
        : await this.#session.all(repositories.listOf, { ...page, name });
    return rows.map((row) => toTrashedRepository(row, registry));
  }

  async putImage({ image, tags, reason, ...trashed }: TrashedImage): Promise<void> {
    const key = { ...repositoryKey(trashed.repository), digest: image.digest };
    await this.#session.allLater([
      this.#session.command(setState, {
        ...key,
        state: "TRASHED",
        archivedAt: image.archivedAt ?? null,
        activatedAt: image.activatedAt ?? null,
      }),
      this.#session.command(images.insert, {
        ...key,
        was: image.state,
        tags: JSON.stringify(tags),
        reason: reason.kind,
        cause: causeOf(reason),
        deletedBy: trashed.deletedBy,
        deletedAt: trashed.deletedAt,
        expiresAt: trashed.expiresAt,
      }),
      this.#session.command(ratedRepository, key),
    ]);
  }

  async restoreImage({ repository, image }: TrashedImage): Promise<void> {
    const key = { ...repositoryKey(repository), digest: image.digest };
    await this.#session.allLater([
      this.#session.command(images.remove, key),
      this.#session.command(setState, {
        ...key,
        state: image.state,
        archivedAt: image.archivedAt ?? null,
        activatedAt: image.activatedAt ?? null,
      }),
      this.#session.command(ratedRepository, key),
    ]);
  }

  async removeImage(repository: RepositoryRef, digest: Digest): Promise<void> {
    const key = { ...repositoryKey(repository), digest };
    await this.#session.allLater([
      this.#session.command(images.remove, key),
      this.#session.command(removeReferences, key),
      ...removeScans.map((each) => this.#session.command(each, key)),
      this.#session.command(removeReplications, key),
      this.#session.command(removeSignings, key),
      this.#session.command(removeImage, key),
      ...afterRemoval(this.#session, key),
    ]);
  }

  async setImageExpiry(repository: RepositoryRef, digest: Digest, at: number): Promise<void> {
    await this.#session.later(images.setExpiry, { ...repositoryKey(repository), digest, at });
  }

  async putRepository(repository: Repository, deletion: Deletion): Promise<void> {
    const key = repositoryKey(repository);
    await this.#session.allLater([
      this.#session.command(repositories.insert, {
        ...key,
        name: repository.name,
        deletedBy: deletion.by,
        deletedAt: deletion.at,
        expiresAt: deletion.at + deletion.keepMs,
      }),
      this.#session.command(repositories.rename, { ...key, name: hiddenName(repository) }),
      this.#count(repository.registry, { repositories: -1, images: -repository.imageCount }),
    ]);
  }

  async restoreRepository(trashed: TrashedRepository): Promise<boolean> {
    const { repository, name } = trashed;
    const key = repositoryKey(repository);
    // Takes the name as whoever makes a repository does, and then gives it to this one.
    const claim = this.#session.command(repositories.claimName, { ...key, name });
    return this.#session.runIfChanged(claim, [
      this.#session.command(repositories.releaseName, { ...key, name }),
      this.#session.command(repositories.rename, { ...key, name }),
      this.#session.command(repositories.remove, key),
      this.#count(repository.registry, { repositories: 1, images: trashed.imageCount }),
    ]);
  }

  async setRepositoryExpiry(repository: RepositoryRef, at: number): Promise<void> {
    await this.#session.later(repositories.setExpiry, { ...repositoryKey(repository), at });
  }

  async removeContents(
    repository: RepositoryRef,
    links: readonly { readonly digest: Digest }[],
    by: { readonly images: number; readonly sizeBytes: number },
  ): Promise<void> {
    const key = repositoryKey(repository);
    const commands: SqlCommand[] = [];
    for (const { digest } of links) {
      const image = { ...key, digest };
      for (const each of images.contents) commands.push(this.#session.command(each, image));
    }
    await this.#session.allLater([
      ...commands,
      this.#session.command(repositories.shrink, { ...key, ...by }),
      this.#session.command(ratedRepository, key),
      this.#count(repository.registry, { sizeBytes: -by.sizeBytes }),
    ]);
  }

  async removeRepository(repository: RepositoryRef, at: number): Promise<void> {
    const key = repositoryKey(repository);
    const row = await this.#session.first(repositories.lockSize, key);
    if (row === undefined) return;
    await this.#session.allLater([
      ...enqueueContents.map((each) => this.#session.command(each, { ...key, at })),
      ...removeContents.map((each) => this.#session.command(each, key)),
      this.#session.command(repositories.remove, key),
      this.#session.command(repositories.removeRow, key),
      this.#count(repository.registry, { sizeBytes: -row.size_bytes }),
    ]);
  }

  #count(
    registry: Registry,
    { repositories = 0, images = 0, sizeBytes = 0 }: Partial<Record<string, number>>,
  ): SqlCommand {
    const slot = this.#session.counterSlot;
    const by = { repositories, images, sizeBytes, slot };
    return this.#session.command(adjustRepositoryCounts, { ...registryKey(registry), ...by });
  }
}

function causeOf(reason: TrashReason): string {
  switch (reason.kind) {
    case "DELETED":
      return "";
    case "LIFECYCLE":
      return String(reason.rulePriority);
    case "SUBJECT":
      return reason.subject;
  }
}

function toReason(kind: TrashReason["kind"], cause: string): TrashReason {
  switch (kind) {
    case "DELETED":
      return { kind };
    case "LIFECYCLE":
      return { kind, rulePriority: Number(cause) };
    case "SUBJECT":
      return { kind, subject: cause as Digest };
  }
}

function toTrashedImage(row: images.TrashedImageRow, repository: RepositoryRef): TrashedImage {
  return {
    repository,
    image: { ...toImage(row, repository), state: row.was },
    tags: JSON.parse(row.trashed_tags) as Tag[],
    reason: toReason(row.reason, row.cause),
    deletedBy: row.deleted_by,
    deletedAt: row.deleted_at,
    expiresAt: row.expires_at,
  };
}

function toTrashedRepository(
  row: repositories.TrashedRepositoryRow,
  registry: Registry,
): TrashedRepository {
  return {
    repository: { registry, id: row.repository },
    name: row.name,
    imageCount: row.image_count,
    sizeBytes: row.size_bytes,
    deletedBy: row.deleted_by,
    deletedAt: row.deleted_at,
    expiresAt: row.expires_at,
  };
}

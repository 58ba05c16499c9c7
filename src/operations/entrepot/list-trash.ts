import type { Ports } from "../../ports/ports.ts";
import type { TrashPosition } from "../../ports/trash-store.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Registry, RepositoryName } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import type { TrashedImage, TrashedRepository } from "../../registry/trash/trash.ts";
import { maxResults, nextToken, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { trashRegistry, trashResource } from "./trash-resource.ts";

interface TrashedImageAnswer {
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imageSizeInBytes: number;
  readonly imagePushedAt: number;
  readonly reason: TrashedImage["reason"]["kind"];
  readonly rulePriority?: number;
  readonly subjectDigest?: string;
  readonly deletedBy?: string;
  readonly deletedAt: number;
  readonly expiresAt: number;
}

interface TrashedRepositoryAnswer {
  readonly repositoryName: string;
  readonly imageCount: number;
  readonly sizeInBytes: number;
  readonly deletedBy?: string;
  readonly deletedAt: number;
  readonly expiresAt: number;
}

interface Trash {
  /** On the first pages. */
  readonly repositories: readonly TrashedRepositoryAnswer[];
  readonly images: readonly TrashedImageAnswer[];
  readonly nextToken?: string;
}

/**
 * What can be brought back: repositories by name, then images. Of one repository or name, or of all of
 * which the caller may ask by name.
 */
export const listTrash = operation("entrepot:ListTrash", {
  input: request({
    registryId,
    repositoryName: repositoryName.optional(),
    nextToken,
    maxResults,
  }),
  resource: trashResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Trash> {
    const { repositoryName: name } = input;
    const registry = trashRegistry(input, caller);
    const listing = { operation: "ListTrash", registry, narrowedBy: [name] };
    const start = openPosition(ports, listing, input.nextToken);
    const size = input.maxResults ?? limits.pageDefault;
    const { next, ...page } = await readTrash(ports, registry, { name, start, size });
    const sight = new RepositorySight(ports, caller);
    const seen = async <Item extends { readonly repositoryName: string }>(
      items: readonly Item[],
    ) => (name === undefined ? visible(items, sight, registry) : items);
    return {
      repositories: await seen(page.repositories),
      images: await seen(page.images),
      ...(next === undefined ? {} : { nextToken: sealPosition(ports, listing, next) }),
    };
  },
});

async function visible<Item extends { readonly repositoryName: string }>(
  items: readonly Item[],
  sight: RepositorySight,
  registry: Registry,
): Promise<readonly Item[]> {
  const decisions = await Promise.all(
    items.map(({ repositoryName }) =>
      sight.may("entrepot:ListTrash", { registry, name: repositoryName as RepositoryName }),
    ),
  );
  return items.filter((_, at) => decisions[at]);
}

interface Reading {
  readonly name: RepositoryName | undefined;
  readonly start: string | undefined;
  readonly size: number;
}

// A position is in either of two parts, "repository <name> <time>" or "image <repository> <digest>"; the
// second begins at "image  ". No name, id or digest holds a space.
async function readTrash(ports: Ports, registry: Registry, { name, start, size }: Reading) {
  const [part = "repository", first = "", second = ""] = start?.split(" ") ?? [];
  const repositories: TrashedRepositoryAnswer[] = [];
  if (part === "repository") {
    const after = { name: first as RepositoryName, deletedAt: Number(second) };
    const page = await readPage<TrashedRepository, typeof after>({
      after: start === undefined ? undefined : after,
      size,
      fetch: (request) => ports.metadata.trash.listRepositories(registry, request, { name }),
      key: ({ name, deletedAt }) => ({ name, deletedAt }),
    });
    const now = ports.clock.now();
    repositories.push(
      ...page.items.filter(({ expiresAt }) => expiresAt > now).map(repositoryAnswerOf),
    );
    const { last } = page;
    if (page.more && last !== undefined) {
      return { repositories, images: [], next: `repository ${last.name} ${last.deletedAt}` };
    }
  }
  const isBeginning = part === "repository" || second === "";
  const after = { repositoryId: first, digest: second as Digest };
  const images = await readImages(ports, registry, name, {
    after: isBeginning ? undefined : after,
    size: size - repositories.length,
  });
  return { repositories, ...images };
}

async function readImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName | undefined,
  { after, size }: { after: TrashPosition | undefined; size: number },
): Promise<{ images: TrashedImageAnswer[]; next: string | undefined }> {
  const repository =
    name === undefined ? undefined : await ports.metadata.repositories.find(registry, name);
  if (name !== undefined && repository === undefined) return { images: [], next: undefined };
  const page = await readPage<TrashedImage & { name: RepositoryName }, TrashPosition>({
    after,
    size,
    fetch: (request) => ports.metadata.trash.listImages(registry, request, { repository }),
    key: ({ repository, image }) => ({ repositoryId: repository.id, digest: image.digest }),
    weigh: ({ tags }) => tags.length,
    weightLimit: limits.pageTags,
    atOnce: 50,
  });
  const now = ports.clock.now();
  const images = page.items.filter(({ expiresAt }) => expiresAt > now).map(imageAnswerOf);
  const { last } = page;
  if (!page.more) return { images, next: undefined };
  return { images, next: `image ${last?.repositoryId ?? ""} ${last?.digest ?? ""}` };
}

function imageAnswerOf(
  trashed: TrashedImage & { readonly name: RepositoryName },
): TrashedImageAnswer {
  const { name, image, tags, reason } = trashed;
  return {
    repositoryName: name,
    imageDigest: image.digest,
    imageTags: tags,
    imageSizeInBytes: image.sizeBytes,
    imagePushedAt: epochSeconds(image.pushedAt),
    reason: reason.kind,
    ...(reason.kind === "LIFECYCLE" ? { rulePriority: reason.rulePriority } : {}),
    ...(reason.kind === "SUBJECT" ? { subjectDigest: reason.subject } : {}),
    ...when(trashed),
  };
}

function repositoryAnswerOf(trashed: TrashedRepository): TrashedRepositoryAnswer {
  return {
    repositoryName: trashed.name,
    imageCount: trashed.imageCount,
    sizeInBytes: trashed.sizeBytes,
    ...when(trashed),
  };
}

function when({
  deletedBy,
  deletedAt,
  expiresAt,
}: Pick<TrashedImage, "deletedBy" | "deletedAt" | "expiresAt">) {
  return {
    ...(deletedBy === "" ? {} : { deletedBy }),
    deletedAt: epochSeconds(deletedAt),
    expiresAt: epochSeconds(expiresAt),
  };
}

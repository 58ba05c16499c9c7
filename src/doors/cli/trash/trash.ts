/** `entrepot trash`: what was deleted and can be brought back. */
import { isoText } from "../access/times.ts";
import { byteText } from "../byte-text.ts";
import type { Answer } from "../calls.ts";
import { CommandError } from "../client.ts";
import { digestAmong, isWholeDigest, shortDigest } from "../digests.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

type Page = Answer<"entrepot:ListTrash">;
export type Trash = Pick<Page, "images" | "repositories">;
type TrashedImage = Page["images"][number];
export type Restored = Answer<"entrepot:RestoreImages">;

const pageSize = 1_000;
const mostPages = 1_000;
/** Digests that one call takes. */
const batchSize = 100;
/** Each image is a transaction of its own. */
const patienceMs = 60_000;

/** All of it, or of one name. @throws CommandError as `callServer` does */
export async function listTrash(
  server: Server,
  repositoryName: string | undefined,
): Promise<Trash> {
  const images: Page["images"][number][] = [];
  const repositories: Page["repositories"][number][] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages === 0 || nextToken !== undefined; pages += 1) {
    if (pages === mostPages) throw new CommandError("there is more in the trash than can be told");
    const input = { repositoryName, maxResults: pageSize, nextToken };
    const page = await server.call("entrepot:ListTrash", input);
    images.push(...page.images);
    repositories.push(...page.repositories);
    nextToken = page.nextToken;
  }
  return { repositories, images };
}

/**
 * Brings images back.
 * @param wanted digests, or how they begin
 * @throws CommandError as `callServer` does, and for a beginning that nothing in the trash has
 */
export async function restoreImages(
  server: Server,
  repositoryName: string,
  wanted: readonly string[],
): Promise<Restored> {
  const isKnown = wanted.every(isWholeDigest);
  const { images } = isKnown ? { images: [] } : await listTrash(server, repositoryName);
  const all = images.map(({ imageDigest }) => imageDigest);
  const what = `deleted image of ${repositoryName}`;
  const digests = [...new Set(wanted.map((text) => digestAmong(text, all, what)))];
  const came: Restored["images"][number][] = [];
  const failures: Restored["failures"][number][] = [];
  for (let start = 0; start < digests.length; start += batchSize) {
    const imageDigests = digests.slice(start, start + batchSize);
    const input = { repositoryName, imageDigests };
    const each = await server.call("entrepot:RestoreImages", input, { withinMs: patienceMs });
    came.push(...each.images);
    failures.push(...each.failures);
  }
  // One that came with another of a later call is no failure.
  const here = new Set(came.map(({ imageDigest }) => imageDigest));
  return { images: came, failures: failures.filter(({ imageDigest }) => !here.has(imageDigest)) };
}

/** @throws CommandError as `callServer` does */
export async function restoreRepository(server: Server, repositoryName: string) {
  const input = { repositoryName };
  const { repository } = await server.call("entrepot:RestoreRepository", input, {
    withinMs: patienceMs,
  });
  return repository;
}

/**
 * Gives up what is listed, and what else was deleted of the named repositories. Some at a time, so that
 * it may be interrupted.
 * @returns how many images and repositories went
 * @throws CommandError as `callServer` does
 */
export async function emptyTrash(
  server: Server,
  { images, repositories }: Trash,
): Promise<{ images: number; repositories: number }> {
  const gone = { images: 0, repositories: 0 };
  const empty = async (repositoryName: string, imageDigests?: readonly string[]) => {
    const digests = imageDigests === undefined ? {} : { imageDigests: [...imageDigests] };
    const input = { repositoryName, ...digests };
    const each = await server.call("entrepot:EmptyTrash", input, { withinMs: patienceMs });
    gone.images += each.images;
    gone.repositories += each.repositories;
  };
  for (const [name, some] of Map.groupBy(images, ({ repositoryName }) => repositoryName)) {
    const digests = some.map(({ imageDigest }) => imageDigest);
    for (let start = 0; start < digests.length; start += batchSize) {
      await empty(name, digests.slice(start, start + batchSize));
    }
  }
  for (const name of new Set(repositories.map(({ repositoryName }) => repositoryName))) {
    await empty(name);
  }
  return gone;
}

export function trashText({ repositories, images }: Trash, width: number): string {
  if (repositories.length + images.length === 0) return "The trash is empty.";
  const times = [{ whole: "DELETED" }, { whole: "KEPT UNTIL" }];
  const tables: string[] = [];
  if (repositories.length > 0) {
    const columns = ["REPOSITORY", { whole: "IMAGES" }, { whole: "BYTES" }, ...times, "DELETED BY"];
    const rows = repositories.map((each) => [
      ...[each.repositoryName, String(each.imageCount), byteText(each.sizeInBytes)],
      ...[isoText(each.deletedAt), isoText(each.expiresAt), each.deletedBy ?? ""],
    ]);
    tables.push(tableText(columns, rows, width));
  }
  if (images.length > 0) {
    const columns = ["REPOSITORY", { whole: "IMAGE" }, "TAGS", { whole: "BYTES" }, ...times, "WHY"];
    const rows = images.map((each) => [
      ...[each.repositoryName, shortDigest(each.imageDigest), each.imageTags.join(", ") || "-"],
      ...[byteText(each.imageSizeInBytes), isoText(each.deletedAt), isoText(each.expiresAt)],
      whyText(each),
    ]);
    tables.push(tableText(columns, rows, width));
  }
  return tables.join("\n\n");
}

function whyText({ reason, rulePriority, subjectDigest = "", deletedBy }: TrashedImage): string {
  switch (reason) {
    case "LIFECYCLE":
      return `rule ${rulePriority}`;
    case "SUBJECT":
      return `it is about ${shortDigest(subjectDigest)}`;
    case "DELETED":
      return `deleted by ${deletedBy ?? "nobody known"}`;
  }
}

/** What there is, in a sentence's words. */
export function countText({ images, repositories }: { images: number; repositories: number }) {
  const parts = [
    ...(repositories > 0 ? [plural(repositories, "repository", "repositories")] : []),
    ...(images > 0 || repositories === 0 ? [plural(images, "image", "images")] : []),
  ];
  return parts.join(" and ");
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function restoredText(repositoryName: string, { images, failures }: Restored): string {
  const came = images.flatMap(({ imageDigest, imageTags, takenTags }) => [
    `Restored ${imageDigest}${imageTags.length === 0 ? "" : ` as ${imageTags.join(", ")}`}.`,
    ...(takenTags.length === 0
      ? []
      : [
          `  Other images have its tags ${takenTags.join(", ")} by now: entrepot tag restore ${repositoryName} <tag> ${shortDigest(imageDigest)}`,
        ]),
  ]);
  const stayed = failures.map(
    ({ imageDigest, failureReason }) => `Not restored: ${imageDigest}: ${failureReason}`,
  );
  return [...came, ...stayed].join("\n");
}

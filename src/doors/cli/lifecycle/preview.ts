/** `entrepot lifecycle preview`: what rules would do. */
import { setTimeout as wait } from "node:timers/promises";
import { isoText } from "../access/times.ts";
import { byteText } from "../byte-text.ts";
import type { Answer } from "../calls.ts";
import { CommandError } from "../client.ts";
import { shortDigest } from "../digests.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

type Page = Answer<"entrepot:GetLifecyclePreview">;
export type PreviewedImage = NonNullable<Page["images"]>[number];

export interface Preview extends Omit<Page, "images" | "nextToken" | "summary"> {
  readonly summary: NonNullable<Page["summary"]>;
  readonly images: readonly PreviewedImage[];
}

export interface PreviewWish {
  readonly repositoryName: string;
  /** Else the repository's own. */
  readonly lifecyclePolicyText: string | undefined;
  readonly extensionText: string | undefined;
}

const firstPollMs = 50;
const longestPollMs = 1_000;
/** Some ten minutes. */
const mostPolls = 600;
const pageSize = 1_000;
/** As many as a repository has images. */
const mostPages = 1_000;

/**
 * Has the server make a preview, and waits for it.
 * @throws CommandError when it fails, takes too long, or another one takes its place; as `callServer`
 */
export async function makePreview(server: Server, wish: PreviewWish): Promise<Preview> {
  const { repositoryName } = wish;
  const { previewId } = await server.call("entrepot:StartLifecyclePreview", wish);
  let page = await made(server, repositoryName, previewId);
  const { summary, images = [], nextToken: _next, ...preview } = page;
  if (summary === undefined) throw new CommandError("the preview is complete and says nothing");
  const all = [...images];
  for (let pages = 1; page.nextToken !== undefined && pages < mostPages; pages += 1) {
    const { nextToken } = page;
    page = await server.call("entrepot:GetLifecyclePreview", {
      ...{ repositoryName, nextToken, maxResults: pageSize },
    });
    all.push(...(page.images ?? []));
  }
  return { ...preview, summary, images: all };
}

async function made(server: Server, repositoryName: string, previewId: string): Promise<Page> {
  let pauseMs = firstPollMs;
  for (let polls = 0; polls < mostPolls; polls += 1) {
    const input = { repositoryName, maxResults: pageSize };
    const page = await server.call("entrepot:GetLifecyclePreview", input);
    if (page.previewId !== previewId) {
      throw new CommandError("somebody else began another preview of the repository meanwhile");
    }
    if (page.status === "COMPLETE") return page;
    if (page.status !== "IN_PROGRESS") {
      throw new CommandError(
        "the preview failed: `entrepot jobs list --kind lifecycle-preview` tells why",
      );
    }
    await wait(pauseMs);
    pauseMs = Math.min(longestPollMs, 2 * pauseMs);
  }
  throw new CommandError(
    "the preview takes long: a worker makes it, and `entrepot jobs list` tells whether one does",
  );
}

export function previewText({ images, summary }: Preview, width: number): string {
  const lines = [summaryText(summary), ...summary.rules.flatMap(ruleRemarks)];
  if (images.length === 0) return lines.join("\n");
  const columns = ["TAGS", { whole: "PUSHED" }, "ACTION", { whole: "RULE" }, { whole: "BYTES" }];
  const table = tableText(
    [{ whole: "IMAGE" }, ...columns, "KEPT BECAUSE"],
    images.map((image) => [
      ...[shortDigest(image.imageDigest), image.imageTags.join(", ") || "-"],
      ...[isoText(image.imagePushedAt), actionText(image), String(image.rulePriority)],
      ...[byteText(image.imageSizeInBytes), keptText(image)],
    ]),
    width,
  );
  return [table, "", ...lines].join("\n");
}

function actionText({ action, markedTags }: PreviewedImage): string {
  switch (action) {
    case "EXPIRE":
      return "expire";
    case "TRANSITION":
      return "archive";
    case "UNTAG":
      return `untag ${markedTags.join(", ")}`;
  }
}

function keptText({ blockedBy, retainedBy }: PreviewedImage): string {
  if (blockedBy === undefined) return "";
  switch (blockedBy) {
    case "ImageReferencedByManifestList":
      return "an index lists it";
    case "InUse":
      return "it is in use";
    case "Retained":
      return `rule ${retainedBy} retains it`;
  }
}

function summaryText({
  expiring,
  transitioning,
  untagging,
  blocked,
  freedBytes,
}: Preview["summary"]): string {
  const parts = [
    `${expiring} expire`,
    ...(transitioning > 0 ? [`${transitioning} go to the archive`] : []),
    ...(untagging > 0 ? [`${untagging} lose tags`] : []),
    ...(blocked > 0 ? [`${blocked} stay although a rule marks them`] : []),
  ];
  return `Images: ${parts.join(", ")}. ${byteText(freedBytes)} would be free in the end.`;
}

type Rule = Preview["summary"]["rules"][number];

/** What is odd about a rule. */
function ruleRemarks({ rulePriority, matchesNothing, shadowedBy }: Rule): string[] {
  if (matchesNothing) return [`Rule ${rulePriority} matches nothing.`];
  if (shadowedBy.length === 0) return [];
  const rules = shadowedBy.length === 1 ? "rule" : "rules";
  const before = `${rules} ${shadowedBy.join(", ")}`;
  return [`Rule ${rulePriority} never acts: all that it matches falls to ${before}.`];
}

/** What happened to an image. */
import type { listImageActivity as operation } from "../../../src/operations/entrepot/list-image-activity.ts";
import { type AnswerOf, ask } from "./own.ts";

type Answer = AnswerOf<typeof operation>;
export type Activity = Answer["activities"][number];

export interface ActivityQuestion {
  readonly repositoryName: string;
  readonly digest: string;
  /** Absent: of every kind. */
  readonly kind: string | undefined;
}

export function listActivity(
  { repositoryName, digest: imageDigest, kind }: ActivityQuestion,
  page: { readonly maxResults: number; readonly nextToken?: string },
  signal: AbortSignal,
): Promise<Answer> {
  const kinds = kind === undefined ? undefined : [kind];
  const input = { repositoryName, imageId: { imageDigest }, kinds, ...page };
  return ask("ListImageActivity", input, signal);
}

/** In a line: what it is called, the tag that it is about, and how it ended. */
export function activityText({ name, event, record }: Activity): string {
  const told = (event?.detail ?? {}) as Readonly<Record<string, unknown>>;
  const of = (member: string) => (typeof told[member] === "string" ? told[member] : undefined);
  const words = [
    of("action-type"),
    of("scan-status"),
    of("verdict"),
    of("status"),
    of("title"),
    of("environment"),
    of("image-tag") ?? tagOf(record?.requestParameters),
    of("result") === "FAILED" ? "FAILED" : undefined,
    of("comment") ?? of("reason") ?? of("message"),
  ].filter((word) => word !== undefined && word !== "");
  return words.length === 0 ? name : `${name}: ${words.join(" ")}`;
}

function tagOf(asked: unknown): string | undefined {
  const { imageTag, imageId, imageIds } = (asked ?? {}) as {
    readonly imageTag?: string;
    readonly imageId?: { readonly imageTag?: string };
    readonly imageIds?: readonly { readonly imageTag?: string }[];
  };
  return imageTag ?? imageId?.imageTag ?? imageIds?.[0]?.imageTag;
}

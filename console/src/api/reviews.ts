import type { getReview } from "../../../src/operations/entrepot/get-review.ts";
import type { listReviews } from "../../../src/operations/entrepot/list-reviews.ts";
import { type AnswerOf, ask } from "./own.ts";

export type Evidence = AnswerOf<typeof getReview>;
export type Verdict = AnswerOf<typeof listReviews>["reviews"][number];

/** What a queue has: images that wait for somebody, or what was decided. */
export const queues = ["pending", "quarantined", "approved", "rejected"] as const;
export type Queue = (typeof queues)[number];

export interface QueuePage {
  readonly images: readonly Verdict[];
  readonly nextToken?: string;
}

export async function readQueue(
  queue: Queue,
  page: { readonly maxResults: number; readonly nextToken?: string },
  signal: AbortSignal,
): Promise<QueuePage> {
  if (queue === "quarantined") return ask("ListHeldImages", page, signal);
  const state = queue.toUpperCase() as Uppercase<typeof queue>;
  const { reviews: images, ...rest } = await ask(
    ...(["ListReviews", { state, ...page }, signal] as const),
  );
  return { images, ...rest };
}

export interface ImageName {
  readonly repositoryName: string;
  readonly imageDigest: string;
}

export function evidenceOf({ repositoryName, imageDigest }: ImageName, signal: AbortSignal) {
  const input = { repositoryName, imageId: { imageDigest } };
  return ask("GetReview", input, signal);
}

export const decisions = ["approve", "reject", "quarantine", "release"] as const;
export type Decision = (typeof decisions)[number];

/** @throws ApiError where the one who is signed in may not decide that */
export async function decide(
  decision: Decision,
  { repositoryName, imageDigest }: ImageName,
  { text, days }: { readonly text: string; readonly days: number },
): Promise<void> {
  const image = { repositoryName, imageId: { imageDigest } };
  switch (decision) {
    case "approve":
      await ask("ApproveImage", { ...image, comment: text, days });
      return;
    case "reject":
      await ask("RejectImage", { ...image, comment: text });
      return;
    case "quarantine":
      await ask("QuarantineImage", { ...image, reason: text });
      return;
    case "release":
      await ask("ReleaseImage", { ...image, reason: text });
  }
}

import type { NewerBase } from "./newer-base.ts";

/** Least first. */
export const adviceSeverities = ["info", "low", "medium", "high", "critical"] as const;

export type AdviceSeverity = (typeof adviceSeverities)[number];

/** What a reviewer would say of an image: one sentence of what, one of why, and how to do better. */
export interface Advice {
  /** The rule's, for people and for exceptions: `runs-as-root`. */
  readonly id: string;
  readonly severity: AdviceSeverity;
  readonly title: string;
  readonly reason: string;
  /** May have several lines, where it writes a Dockerfile. */
  readonly fix: string;
  /** What the image would be smaller by, uncompressed. */
  readonly estimatedBytes?: number;
  /** The layer to change. */
  readonly layerDiffId?: string;
  /** A file in the image's root: `app/.env`. */
  readonly path?: string;
  /** The base to build on. */
  readonly base?: NewerBase;
}

/** Advice as a rule gives it; whose it is, the table knows. */
export type RuleAdvice = Omit<Advice, "id">;

/** Whether it is as bad as another, or worse. */
export function isAtLeast(severity: AdviceSeverity, least: AdviceSeverity): boolean {
  return adviceSeverities.indexOf(severity) >= adviceSeverities.indexOf(least);
}

import { inspectorLimits } from "../inspector/inspector-limits.ts";
import type { ImageFinding } from "./image-finding.ts";

/** A finding that a later scan did not find any more. */
export interface ClosedFinding extends ImageFinding {
  /** Milliseconds since the epoch. */
  readonly closedAt: number;
}

/**
 * What is kept of findings that are no more: those that closed last, and not for longer than
 * `inspectorLimits.closedMs`. What is found again is not closed. Source: Inspector, "Understanding
 * findings": closed ones are removed after some time.
 */
export function closedAfter(
  findings: readonly ImageFinding[],
  before: { readonly findings: readonly ImageFinding[]; readonly closed: readonly ClosedFinding[] },
  now: number,
): readonly ClosedFinding[] {
  const found = new Set(findings.map(({ id }) => id));
  const gone = before.findings.map((finding) => ({ ...finding, closedAt: now, changedAt: now }));
  return [...gone, ...before.closed]
    .filter(({ id }) => !found.has(id))
    .filter(({ closedAt }) => isTold(closedAt, now))
    .slice(0, inspectorLimits.closedPerImage);
}

/** Whether what closed then is still told. */
export function isTold(closedAt: number, now: number): boolean {
  return now < closedAt + inspectorLimits.closedMs;
}

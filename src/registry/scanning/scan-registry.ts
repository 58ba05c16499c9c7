import { type Job, newJob } from "../jobs/job.ts";
import type { Registry } from "../names.ts";

export const scanRegistryKind = "scan-registry";

/**
 * Has images of a registry scanned that are to be by what is set now, and were not. Asked for twice
 * while it waits, it is done once.
 */
export function scanRegistryJob(registry: Registry, now: number): Job {
  return newJob({ kind: scanRegistryKind, registry, runAt: now }, now);
}

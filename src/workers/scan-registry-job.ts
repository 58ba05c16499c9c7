import { scanRegistryKind } from "../registry/scanning/scan-registry.ts";
import { scanUnscanned } from "../registry/scanning/scan-unscanned.ts";
import type { JobHandler } from "./job-handler.ts";

/** Has images scanned that what is set for a registry wants scanned since then. */
export const scanRegistry: JobHandler = {
  kind: scanRegistryKind,
  leaseMs: 60_000,
  maxAttempts: 5,
  async run(ports, _payload, { registry, signal }) {
    if (registry !== undefined) await scanUnscanned(ports, registry, signal);
  },
};

import type { TrailTargets } from "../ports/trail-target.ts";
import { failSbomExport, sbomExportKind } from "../registry/inspector/change-sbom-exports.ts";
import { writeSbomExport } from "../registry/inspector/write-sbom-export.ts";
import type { JobHandler } from "./job-handler.ts";

/** Writes bills of materials of a registry's images to a place of the operator's. */
export function sbomExportJob(targets: TrailTargets, version: string): JobHandler {
  return {
    ...{ kind: sbomExportKind, leaseMs: 60_000, maxAttempts: 5 },
    async run(ports, payload, { registry, signal }) {
      const { id } = payload as { readonly id: string };
      const wanted = registry && (await ports.metadata.sbomExports.find(registry, id));
      if (wanted?.status !== "IN_PROGRESS") return; // Cancelled, or written already.
      const target = targets.get(wanted.destination.bucket);
      await writeSbomExport({ ports, target, version, signal }, wanted);
    },
    async died(change, { registry, key, lastError }, now) {
      if (registry === undefined) return;
      const message = `The export could not be written: ${lastError ?? "no worker ended it"}`;
      await failSbomExport(change, registry, key, { code: "INTERNAL_ERROR", message, now });
    },
  };
}

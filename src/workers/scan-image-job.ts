import { judgeScanned } from "../registry/gates/request-judgement.ts";
import { begun, type ScanPayload, scanKind } from "../registry/scanning/request-scan.ts";
import { scanImage } from "../registry/scanning/scan-image.ts";
import type { JobHandler } from "./job-handler.ts";

/** Scans images that were pushed, or that somebody asked for. */
export const scanImageJob: JobHandler = {
  kind: scanKind,
  leaseMs: 60_000,
  maxAttempts: 5,
  async run(ports, payload, { registry, signal }) {
    const { repositoryId: id, digest, type } = payload as ScanPayload;
    if (registry === undefined) return;
    const repository = await ports.metadata.repositories.findById({ registry, id });
    const image = repository && (await ports.metadata.images.find(repository, digest));
    if (repository === undefined || image?.state !== "ACTIVE") return; // Nobody asks any more.
    await scanImage(ports, repository, image, type, signal);
  },
  async died(change, { registry, payload, lastError }, now) {
    const { repositoryId: id, digest, type } = JSON.parse(payload) as ScanPayload;
    if (registry === undefined) return;
    const key = { repository: { registry, id }, digest, type };
    if ((await change.images.find(key.repository, digest)) === undefined) return;
    const scan = (await change.scans.find(key)) ?? begun(key, now);
    const description = `The scan could not be made: ${lastError ?? "no worker ended it"}`;
    await change.scans.put({ ...scan, status: "FAILED", description, endedAt: now });
    const repository = await change.repositories.findById(key.repository);
    if (repository !== undefined) await judgeScanned(change, repository, digest, now);
  },
};

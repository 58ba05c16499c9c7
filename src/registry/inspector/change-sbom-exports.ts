import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { newJob } from "../jobs/job.ts";
import type { Registry } from "../names.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { invalidInput, notFound } from "./inspector-refusal.ts";
import type { ExportErrorCode, SbomExport } from "./sbom-export.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

/** The kind of job that writes an export. Its key is the export's id. */
export const sbomExportKind = "sbom-export";

export type NewSbomExport = Pick<
  SbomExport,
  "id" | "registry" | "format" | "criteria" | "destination" | "address"
>;

/**
 * Has the bills of materials of a registry's images written, by a job. Of exports that ended, those are
 * kept that were made last.
 * @throws Validation while another one is in progress, as one at a time is, and for criteria that are too long
 */
export async function createSbomExport(
  { metadata, clock }: Needed,
  wanted: NewSbomExport,
): Promise<SbomExport> {
  const { registry } = wanted;
  if (JSON.stringify(wanted.criteria).length > inspectorLimits.criteriaCharacters) {
    throw invalidInput("The filter criteria are too long.");
  }
  const now = clock.now();
  const made: SbomExport = {
    ...{ ...wanted, status: "IN_PROGRESS", written: 0, leftOut: 0 },
    ...{ createdAt: now, updatedAt: now },
  };
  await metadata.transaction(async (change) => {
    // Whoever begins exports of a registry does so one after the other.
    await change.repositories.lockCount(registry);
    await requireRoom(change, registry);
    await change.sbomExports.put(made);
    const { id } = made;
    const job = { kind: sbomExportKind, key: id, registry, payload: { id }, runAt: now };
    await change.jobs.enqueue(newJob(job, now));
  });
  return made;
}

async function requireRoom({ sbomExports }: MetadataChange, registry: Registry): Promise<void> {
  const { exportsKept } = inspectorLimits;
  const all = await sbomExports.list(registry, { limit: exportsKept + 1 });
  const current = all.find(({ status }) => status === "IN_PROGRESS");
  if (current !== undefined) {
    throw invalidInput(`The SBOM export ${current.id} is in progress: one at a time is made.`);
  }
  if (all.length < exportsKept) return;
  const [oldest] = all.toSorted((one, other) => one.createdAt - other.createdAt);
  if (oldest !== undefined) await sbomExports.remove(registry, oldest.id);
}

/** @throws ResourceNotFound where the registry has no such export */
export async function requireSbomExport(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  id: string,
): Promise<SbomExport> {
  const found = await metadata.sbomExports.find(registry, id);
  if (found === undefined) throw noSuchExport(id);
  return found;
}

/**
 * Nothing more of it is written, but for the image that is being written now. What is written stays.
 * @throws ResourceNotFound; Validation for one that ended
 */
export async function cancelSbomExport(
  { metadata, clock }: Needed,
  registry: Registry,
  id: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const current = await change.sbomExports.lock(registry, id);
    if (current === undefined) throw noSuchExport(id);
    if (current.status !== "IN_PROGRESS") {
      throw invalidInput(`The SBOM export ${id} is not in progress: it is ${current.status}.`);
    }
    await change.sbomExports.put({ ...current, status: "CANCELLED", updatedAt: clock.now() });
  });
}

/** Ends one that is in progress, and leaves another as it is. */
export async function failSbomExport(
  { sbomExports }: Pick<MetadataChange, "sbomExports">,
  registry: Registry,
  id: string,
  { code, message, now }: { readonly code: ExportErrorCode; message: string; now: number },
): Promise<void> {
  const current = await sbomExports.lock(registry, id);
  if (current?.status !== "IN_PROGRESS") return;
  const failed = { errorCode: code, errorMessage: message, updatedAt: now };
  await sbomExports.put({ ...current, status: "FAILED", ...failed });
}

function noSuchExport(id: string) {
  return notFound(`There is no SBOM export with the report ID ${id}.`);
}

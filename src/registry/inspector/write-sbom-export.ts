import type { Ports } from "../../ports/ports.ts";
import type { TrailTarget } from "../../ports/trail-target.ts";
import { isRegistryError } from "../errors.ts";
import type { ImageWithTags } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import { writeSbom } from "../scanning/describe-contents.ts";
import { knownInventory } from "../scanning/inventory-image.ts";
import { deliveryErrorOf } from "../trails/delivery.ts";
import { failSbomExport } from "./change-sbom-exports.ts";
import { type CoveragePlace, type Covered, walkCoverage } from "./coverage.ts";
import { type ExportSeal, exportSeal } from "./export-sealing.ts";
import { passesTexts } from "./finding-criteria.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import {
  type ExportErrorCode,
  exportedName,
  instructionSuffix,
  type SbomExport,
} from "./sbom-export.ts";

/** What an export is written with. */
export interface ExportParts {
  readonly ports: Ports;
  /** Absent where the settings do not name the place any more. */
  readonly target: TrailTarget | undefined;
  /** The program's. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/** What a store says of a place that is not there, or may not be written to. */
const codes: Readonly<Record<string, ExportErrorCode>> = {
  ...{ NoSuchBucket: "BUCKET_NOT_FOUND", ENOENT: "BUCKET_NOT_FOUND", ENOTDIR: "BUCKET_NOT_FOUND" },
  ...{ AccessDenied: "INVALID_PERMISSIONS", EACCES: "INVALID_PERMISSIONS" },
  ...{ EPERM: "INVALID_PERMISSIONS", EROFS: "INVALID_PERMISSIONS" },
};

/**
 * Writes a file for each image that is meant and whose contents are known, from where the attempt before
 * stood: with the time of the export, so that a file that is written twice is the same. An image whose
 * key may not be used is left out, which the export tells. All is sealed below the export's own key of KMS.
 * @throws what the place throws, but that it is not there or may not be written to: that ends the export
 */
export async function writeSbomExport(parts: ExportParts, begun: SbomExport): Promise<void> {
  const { ports, target, signal } = parts;
  const { registry, id } = begun;
  const fail = (code: ExportErrorCode, message: string) =>
    ports.metadata.transaction((change) =>
      failSbomExport(change, registry, id, { code, message, now: ports.clock.now() }),
    );
  if (target === undefined) {
    const { bucket } = begun.destination;
    return fail("BUCKET_NOT_FOUND", `The setting ENTREPOT_TRAIL_TARGETS does not name ${bucket}.`);
  }
  const seal = await exportSeal(ports, begun);
  if (seal === undefined) {
    const { kmsKeyArn } = begun.destination;
    return fail("MALFORMED_KMS_KEY", `The KMS key ${kmsKeyArn} can not be used any more.`);
  }
  const progress = new Progress(parts, begun);
  try {
    for await (const { place, covered } of walkCoverage(ports, registry, begun.place)) {
      signal.throwIfAborted();
      const { repository, image } = covered;
      if (image !== undefined && isMeant(begun, covered, image)) {
        progress.add(await writeImage({ ...parts, target, seal }, begun, repository, image));
      }
      if (!(await progress.reach(place))) return;
    }
  } catch (error) {
    signal.throwIfAborted();
    const code = codes[deliveryErrorOf(error)];
    if (code === undefined) throw error;
    return fail(code, "The destination could not be written to.");
  }
  if (progress.written === 0 && progress.leftOut === 0) {
    return fail("NO_FINDINGS_FOUND", "No image that was scanned meets the filter criteria.");
  }
  await progress.end();
}

function isMeant({ criteria }: SbomExport, covered: Covered, image: ImageWithTags): boolean {
  const { repository, resourceId, resourceType } = covered;
  return (
    image.state === "ACTIVE" &&
    passesTexts(criteria.accountId, repository.registry.account) &&
    passesTexts(criteria.resourceId, resourceId) &&
    passesTexts(criteria.resourceType, resourceType) &&
    passesTexts(criteria.ecrRepositoryName, repository.name) &&
    passesTexts(criteria.ecrImageTags, ...image.tags)
  );
}

interface WritingParts extends ExportParts {
  readonly target: TrailTarget;
  readonly seal: ExportSeal;
}

type Written = "written" | "left out" | "unknown";

async function writeImage(
  { ports, target, seal, version }: WritingParts,
  of: SbomExport,
  repository: Repository,
  image: ImageWithTags,
): Promise<Written> {
  try {
    const known = await knownInventory(ports, repository, image);
    if (known === undefined) return "unknown";
    const [tag] = image.tags;
    const uri = `${of.address}/${repository.name}`;
    const text = writeSbom(of.format, {
      ...{ name: tag === undefined ? uri : `${uri}:${tag}`, digest: image.digest },
      ...{ known, writtenAt: of.createdAt, toolVersion: version },
    });
    const name = exportedName(of, repository.name, image.digest);
    const { content, instruction } = seal.seal(name, Buffer.from(text));
    // First what tells how to open it: a file without could be opened by nobody.
    await target.write(`${name}${instructionSuffix}`, instruction);
    await target.write(name, content);
    return "written";
  } catch (error) {
    if (!isRegistryError(error, "Kms")) throw error;
    return "left out";
  }
}

/** How far an export is: kept after so many images, where it also looks whether it was cancelled. */
class Progress {
  readonly #parts: ExportParts;
  readonly #export: SbomExport;
  #seen = 0;
  written: number;
  leftOut: number;

  constructor(parts: ExportParts, begun: SbomExport) {
    this.#parts = parts;
    this.#export = begun;
    this.written = begun.written;
    this.leftOut = begun.leftOut;
  }

  add(what: Written): void {
    if (what === "written") this.written += 1;
    if (what === "left out") this.leftOut += 1;
  }

  /** False where it is not in progress any more. */
  async reach(place: CoveragePlace): Promise<boolean> {
    this.#seen += 1;
    if (this.#seen % inspectorLimits.exportedPerStep !== 0) return true;
    return this.#keep({ place });
  }

  async end(): Promise<void> {
    const { leftOut } = this;
    await this.#keep({
      status: "SUCCEEDED",
      ...(leftOut > 0 && {
        errorMessage: `${leftOut} images are left out: their KMS keys may not be used.`,
      }),
    });
  }

  #keep(news: Partial<SbomExport>): Promise<boolean> {
    const { metadata, clock } = this.#parts.ports;
    const { registry, id } = this.#export;
    const { written, leftOut } = this;
    return metadata.transaction(async ({ sbomExports }) => {
      const current = await sbomExports.lock(registry, id);
      if (current?.status !== "IN_PROGRESS") return false;
      await sbomExports.put({ ...current, written, leftOut, ...news, updatedAt: clock.now() });
      return true;
    });
  }
}

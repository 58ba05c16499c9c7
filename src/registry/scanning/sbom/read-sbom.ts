import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { documentJson } from "./document-json.ts";
import { innerDocument } from "./inner-document.ts";
import { type SbomForm, visitSbom } from "./sbom-entries.ts";
import { sbomLimits } from "./sbom-limits.ts";

/** What a bill of materials says of an image. */
export interface ReadSbom extends SbomForm {
  readonly packages: readonly FoundPackage[];
  /** Entries that name no package of a kind that is looked for, by a package URL with a version. */
  readonly leftOut: number;
}

/**
 * Reads a bill of materials as it is attached to images: CycloneDX 1.x or SPDX 2.x in JSON, as it is, in an
 * in-toto statement, or in a signed envelope, whose signature is not looked at.
 * @throws FileRefused for what is none, or larger than is looked at; never half of one
 */
export function readSbom(content: Uint8Array): ReadSbom {
  const packages: FoundPackage[] = [];
  let leftOut = 0;
  const form = visitSbom(innerDocument(documentJson(content)), ({ found, licenses }) => {
    if (found === undefined) {
      leftOut++;
      return;
    }
    if (packages.length === sbomLimits.packages) {
      throw new FileRefused(`of more than ${sbomLimits.packages} packages`);
    }
    const told = licenses.slice(0, sbomLimits.licensesPerPackage);
    packages.push(told.length === 0 ? found : { ...found, licenses: told });
  });
  if (form === undefined) throw new FileRefused("is no bill of materials in CycloneDX or SPDX 2");
  return { ...form, packages, leftOut };
}

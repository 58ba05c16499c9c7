/**
 * By which media types documents about images are known, where they are attached to these. Sources:
 * OpenVEX; CSAF; IANA, "Media Types"; cosign, "Signature Specification"; BuildKit, "Attestation storage".
 */
import type { ImageReference } from "../../images/image.ts";

/** In-toto statements, signed or not: of whatever is in them. */
const attestationTypes = [
  "application/vnd.in-toto+json",
  "application/vnd.dsse.envelope.v1+json",
] as const;

export const vexTypes: ReadonlySet<string> = new Set([
  "application/vnd.openvex+json",
  "application/openvex+json",
  "application/vex+json",
  "application/csaf+json",
  "application/vnd.csaf+json",
  // Bills of materials may say of vulnerabilities as well whether they matter.
  "application/vnd.cyclonedx+json",
  ...attestationTypes,
]);

export const sbomTypes: ReadonlySet<string> = new Set([
  "application/vnd.cyclonedx+json",
  "application/spdx+json",
  "text/spdx+json",
  ...attestationTypes,
]);

/** Whether a manifest may bring a VEX document, by the types that it has. */
export function mayHoldVex(
  artifactType: string | undefined,
  references: readonly ImageReference[],
): boolean {
  return (
    (artifactType !== undefined && vexTypes.has(artifactType)) ||
    references.some(({ kind, mediaType }) => kind === "layer" && vexTypes.has(mediaType))
  );
}

import { mediaTypes } from "../images/parse-manifest.ts";
import { schema1Types } from "../images/schema1.ts";
import { recordOf } from "../scanning/sbom/document-json.ts";

/** For Accept: manifests that are stored here. */
export const acceptedManifests = [
  ...Object.values(mediaTypes),
  ...Object.values(schema1Types),
].join(", ");

/**
 * What a manifest is by what it has, where it does not say: OCI's may leave their type to whoever serves them, and
 * files serve nothing. What is neither keeps its type, or none, and is refused where it is read.
 */
export function manifestType(bytes: Uint8Array): string | undefined {
  let root: ReturnType<typeof recordOf>;
  try {
    root = recordOf(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
  if (typeof root?.mediaType === "string") return root.mediaType;
  if (root?.schemaVersion === 1) return schema1Types["signatures" in root ? "signed" : "plain"];
  if (Array.isArray(root?.manifests)) return mediaTypes.ociIndex;
  return Array.isArray(root?.layers) ? mediaTypes.ociManifest : undefined;
}

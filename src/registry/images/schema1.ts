import { type DigestAlgorithm, digestOf } from "../digest.ts";
import { limits } from "../limits.ts";
import { type Digest, isDigest } from "../names.ts";
import type { JsonObject, JsonValue } from "../strict-json.ts";
import type { ImageReference } from "./image.ts";
import { invalidManifest, listIn, manifestObject, optionalTextIn } from "./manifest-json.ts";
import { isSigned, payloadOf, signedKeys, verifiedPayload } from "./manifest-signatures.ts";

/** Manifests as Docker before 1.10 made them: with the image's history instead of a config. */
export const schema1Types = {
  plain: "application/vnd.docker.distribution.manifest.v1+json",
  signed: "application/vnd.docker.distribution.manifest.v1+prettyjws",
} as const;

/** What such a manifest may be called that is told by its content. Source: Docker, schema 1. */
const untold: ReadonlySet<string | undefined> = new Set([undefined, "", "application/json"]);

/** Of all its layers, which it has no types for. */
const layerType = "application/vnd.docker.image.rootfs.diff.tar.gzip";

const mostNameCharacters = 255;

const knownKeys: ReadonlySet<string> = new Set([
  ...["schemaVersion", "name", "tag", "architecture", "fsLayers", "blobSum", "history"],
  ...["v1Compatibility", ...signedKeys],
]);

/** What no manifest of schema 1 has: with it, others could take it for one of theirs (CVE-2021-41190). */
const keysOfOthers = ["config", "layers", "manifests", "subject", "artifactType"];

export function isSchema1Type(mediaType: string | undefined): boolean {
  return mediaType === schema1Types.plain || mediaType === schema1Types.signed;
}

/**
 * Whether bytes are to be read as schema 1.
 * @param beside the media type that came beside the manifest
 */
export function isSchema1(root: JsonObject, beside: string | undefined): boolean {
  if (isSchema1Type(beside)) return true;
  return untold.has(beside) && root.get("schemaVersion") === 1;
}

/** What is read in a manifest of schema 1. */
export interface Schema1Manifest {
  readonly mediaType: string;
  /** The bytes that its digest is of: without the signatures, where it has any. */
  readonly digested: Uint8Array;
  /** The oldest first, each once. It tells no sizes: they are 0. */
  readonly layers: readonly ImageReference[];
}

/**
 * Source: Docker image manifest version 2, schema 1.
 * @param beside the media type that came beside the manifest
 * @throws InvalidParameter when it is none, says two things, or has signatures that are not right
 */
export function parseSchema1(bytes: Uint8Array, beside: string | undefined): Schema1Manifest {
  const root = manifestObject(bytes, knownKeys);
  const mediaType = typeOf(root, beside);
  if (root.get("schemaVersion") !== 1) throw invalidManifest("schemaVersion must be 1");
  const foreign = keysOfOthers.find((key) => root.has(key));
  if (foreign !== undefined) throw invalidManifest(`a manifest of schema 1 has no '${foreign}'`);
  requireName(root);
  const layers = listIn(root, "fsLayers").map(layerOf);
  if (layers.length === 0) throw invalidManifest("'fsLayers' must name layers");
  if (layers.length > limits.manifestReferences) {
    throw invalidManifest(`a manifest has at most ${limits.manifestReferences} references`);
  }
  const history = listIn(root, "history");
  if (history.length !== layers.length || !history.every(isHistory)) {
    throw invalidManifest("'history' must tell of each of 'fsLayers'");
  }
  const digested =
    mediaType === schema1Types.signed ? verifiedPayload(bytes, root, knownKeys) : bytes;
  return { mediaType, digested, layers: references(layers.reverse()) };
}

/**
 * The layers of a manifest that was parsed when it was pushed.
 * @returns the oldest first; one may be there twice
 */
export function layersOfSchema1(manifest: Uint8Array): readonly Digest[] {
  return listIn(manifestObject(manifest, knownKeys), "fsLayers").map(layerOf).reverse();
}

/**
 * The digest that a manifest goes by: of its bytes, but of a signed one of schema 1 of what is signed.
 * @param mediaType the manifest's, or what came beside it
 * @throws InvalidParameter where a manifest says to be signed and is malformed
 */
export function manifestDigest(
  manifest: Uint8Array,
  mediaType: string | undefined,
  algorithm?: DigestAlgorithm,
): Digest {
  const isSchema1 = isSchema1Type(mediaType);
  return digestOf(isSchema1 ? payloadOf(manifest) : manifest, algorithm);
}

function typeOf(root: JsonObject, beside: string | undefined): string {
  const type = isSigned(root) ? schema1Types.signed : schema1Types.plain;
  for (const said of [beside, optionalTextIn(root, "mediaType")]) {
    if (untold.has(said) || said === type) continue;
    throw invalidManifest(`the media type '${said}' differs from the manifest's own '${type}'`);
  }
  return type;
}

/** It may be another repository's: images are copied and mirrored with what they say. */
function requireName(root: JsonObject): void {
  const name = optionalTextIn(root, "name");
  optionalTextIn(root, "tag");
  optionalTextIn(root, "architecture");
  if (name === undefined || name.length > mostNameCharacters) {
    throw invalidManifest(`'name' must have 1 to ${mostNameCharacters} characters`);
  }
}

function layerOf(item: JsonValue): Digest {
  const digest = item instanceof Map ? item.get("blobSum") : undefined;
  if (typeof digest === "string" && isDigest(digest)) return digest;
  throw invalidManifest("a 'blobSum' in 'fsLayers' is no digest");
}

function isHistory(item: JsonValue): boolean {
  return item instanceof Map && typeof item.get("v1Compatibility") === "string";
}

function references(layers: readonly Digest[]): ImageReference[] {
  return [...new Set(layers)].map((digest) => ({
    ...{ kind: "layer", digest, mediaType: layerType, sizeBytes: 0 },
  }));
}

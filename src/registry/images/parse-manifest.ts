import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type Digest, isDigest } from "../names.ts";
import { isRunnableLayer } from "../scanning/layer-media-types.ts";
import type { JsonObject, JsonValue } from "../strict-json.ts";
import type { ImageReference } from "./image.ts";
import {
  invalidManifest,
  listIn,
  manifestObject,
  optionalTextIn,
  requirePrintable,
} from "./manifest-json.ts";
import { isSchema1, parseSchema1 } from "./schema1.ts";

export const mediaTypes = {
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
} as const;

const imageTypes: ReadonlySet<string> = new Set([
  mediaTypes.dockerManifest,
  mediaTypes.ociManifest,
]);
const indexTypes: ReadonlySet<string> = new Set([mediaTypes.dockerList, mediaTypes.ociIndex]);

/** Configs of container images. Source: OCI image specification 1.1, "OCI Image Media Types"; Docker, schema 2. */
export const containerConfigTypes: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

/** Tells of the layers of a build cache. Source: BuildKit, "Export cache" to a registry. */
const cacheConfigType = "application/vnd.buildkit.cacheconfig.v0";

export function isIndexType(mediaType: string): boolean {
  return indexTypes.has(mediaType);
}

/** What Entrepot reads in a manifest. Its bytes are kept as they came; nothing is normalised. */
export interface Manifest {
  readonly mediaType: string;
  /** The bytes that its digest is of: all, but of a signed one of schema 1 those that are signed. */
  readonly digested: Uint8Array;
  /** Whether it tells how large what it refers to is; sizes are 0 if not. */
  readonly isSized: boolean;
  readonly artifactType: string | undefined;
  readonly configMediaType: string | undefined;
  readonly subject: Digest | undefined;
  /** In the manifest's order, each digest once for each kind; a layer of files as that. */
  readonly references: readonly ImageReference[];
  /** Digests that need not be stored here: foreign layers with `urls` (I2). */
  readonly foreign: ReadonlySet<Digest>;
  readonly annotations: Readonly<Record<string, string>>;
}

const knownKeys: ReadonlySet<string> = new Set([
  "schemaVersion",
  "mediaType",
  "artifactType",
  "config",
  "layers",
  "manifests",
  "subject",
  "digest",
  "size",
  "urls",
  "annotations",
  "platform",
]);

/**
 * Source: OCI image specification 1.1 (manifest, index), Docker image manifest version 2, schema 1 and 2.
 * @param declared the media type that came beside the manifest: Content-Type or imageManifestMediaType
 * @throws InvalidParameter when it is not a manifest, or says two things
 * @throws UnsupportedImageType for a type that is not stored here
 */
export function parseManifest(bytes: Uint8Array, declared: string | undefined): Manifest {
  if (bytes.length > limits.manifestBytes) {
    throw invalidManifest(`Member must have length less than or equal to ${limits.manifestBytes}`);
  }
  const root = manifestObject(bytes, knownKeys);
  const beside = declared?.split(";")[0]?.trim().toLowerCase();
  if (isSchema1(root, beside)) return manifestOfSchema1(bytes, beside);
  const mediaType = manifestType(root, beside);
  const isIndex = isIndexType(mediaType);
  if (root.get("schemaVersion") !== 2) throw invalidManifest("schemaVersion must be 2");
  const foreign = new Set<Digest>();
  const references = isIndex ? children(root) : contents(root, foreign);
  const subject = optionalDescriptor(root.get("subject"), "subject");
  if (subject !== undefined) references.push({ ...subject, kind: "subject" });
  if (references.length > limits.manifestReferences) {
    throw invalidManifest(`a manifest has at most ${limits.manifestReferences} references`);
  }
  return {
    ...{ mediaType, digested: bytes, isSized: true },
    artifactType: optionalTextIn(root, "artifactType"),
    configMediaType: references.find(({ kind }) => kind === "config")?.mediaType,
    subject: subject?.digest,
    references: unique(references),
    foreign,
    annotations: annotationsOf(root),
  };
}

function manifestOfSchema1(bytes: Uint8Array, beside: string | undefined): Manifest {
  const { mediaType, digested, layers: references } = parseSchema1(bytes, beside);
  return {
    ...{ mediaType, digested, isSized: false, references },
    ...{ artifactType: undefined, configMediaType: undefined, subject: undefined },
    ...{ foreign: new Set(), annotations: {} },
  };
}

/** The one type that the manifest and what came beside it agree on. */
function manifestType(root: JsonObject, beside: string | undefined): string {
  const own = optionalTextIn(root, "mediaType");
  const type = own ?? beside;
  // ECR's text for an OCI manifest that says its type nowhere.
  if (type === undefined || type === "") throw invalidManifest("Invalid JSON syntax");
  if (own !== undefined && beside !== undefined && beside !== "" && own.toLowerCase() !== beside) {
    throw invalidManifest(`the media type '${beside}' differs from the manifest's own '${own}'`);
  }
  if (!imageTypes.has(type) && !indexTypes.has(type)) {
    throw new RegistryError("UnsupportedImageType", `Unsupported manifest type: "${type}"`);
  }
  if (indexTypes.has(type) ? root.has("layers") || root.has("config") : root.has("manifests")) {
    // Two readers could take it for different things (CVE-2021-41190).
    throw invalidManifest("a manifest has either layers or manifests");
  }
  if (root.has("fsLayers")) throw invalidManifest("only a manifest of schema 1 has 'fsLayers'");
  return type;
}

/**
 * What an index lists is manifests. Differs from ECR: that of a build cache lists layers and what tells of
 * them, as BuildKit writes it unless it is told `image-manifest=true`, and they are held as an image's are.
 */
function children(root: JsonObject): ImageReference[] {
  const listed = listIn(root, "manifests").map((item) => descriptor(item, "manifests"));
  const isCache = listed.some(({ mediaType }) => mediaType === cacheConfigType);
  return listed.map((each) => ({ ...each, kind: isCache ? kindInCache(each) : "child" }));
}

function kindInCache({ mediaType }: Descriptor): ImageReference["kind"] {
  if (mediaType === cacheConfigType) return "config";
  return imageTypes.has(mediaType) || indexTypes.has(mediaType) ? "child" : "layer";
}

function contents(root: JsonObject, foreign: Set<Digest>): ImageReference[] {
  const references: ImageReference[] = [
    { ...descriptor(root.get("config"), "config"), kind: "config" },
  ];
  for (const item of listIn(root, "layers")) {
    const layer = descriptor(item, "layers");
    if (item instanceof Map && Array.isArray(item.get("urls"))) foreign.add(layer.digest);
    references.push({ ...layer, kind: "layer" });
  }
  return references;
}

type Descriptor = Omit<ImageReference, "kind">;

function optionalDescriptor(value: JsonValue | undefined, where: string): Descriptor | undefined {
  return value === undefined || value === null ? undefined : descriptor(value, where);
}

function descriptor(value: JsonValue | undefined, where: string): Descriptor {
  if (!(value instanceof Map)) throw invalidManifest(`'${where}' must hold descriptors`);
  const digest = value.get("digest");
  const size = value.get("size");
  const mediaType = value.get("mediaType");
  if (typeof digest !== "string" || !isDigest(digest)) {
    throw invalidManifest(
      `a digest in '${where}' is neither 'sha256:' and 64 nor 'sha512:' and 128 hexadecimal digits`,
    );
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw invalidManifest(`a size in '${where}' is not a whole number of bytes`);
  }
  if (typeof mediaType !== "string") throw invalidManifest(`a media type in '${where}' is missing`);
  requirePrintable(mediaType, `a media type in '${where}'`);
  return { digest, sizeBytes: size, mediaType };
}

function annotationsOf(root: JsonObject): Record<string, string> {
  const value = root.get("annotations");
  if (!(value instanceof Map)) return {};
  const texts = [...value].filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  // fromEntries defines own members, whatever their names.
  return Object.fromEntries(texts);
}

/** What is named as files once is files, whatever else it is named as. */
function unique(references: readonly ImageReference[]): ImageReference[] {
  const seen = new Map<string, ImageReference>();
  for (const reference of references) {
    const key = `${reference.kind} ${reference.digest}`;
    const before = seen.get(key);
    if (before !== undefined && isRunnableLayer(before.mediaType)) continue;
    seen.set(key, reference);
  }
  return [...seen.values()];
}

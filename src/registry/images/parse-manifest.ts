import { invalidParameter, RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type Digest, isDigest } from "../names.ts";
import { isRunnableLayer } from "../scanning/layer-media-types.ts";
import { JsonError, type JsonObject, type JsonValue, parseStrictJson } from "../strict-json.ts";
import type { ImageReference } from "./image.ts";

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
 * Source: OCI image specification 1.1 (manifest, index), Docker image manifest version 2 schema 2.
 * @param declared the media type that came beside the manifest: Content-Type or imageManifestMediaType
 * @throws InvalidParameter when it is not a manifest, or says two things
 * @throws UnsupportedImageType for a type that is not stored here (Docker schema 1 among them)
 */
export function parseManifest(bytes: Uint8Array, declared: string | undefined): Manifest {
  if (bytes.length > limits.manifestBytes) {
    throw invalidManifest(`Member must have length less than or equal to ${limits.manifestBytes}`);
  }
  const root = readObject(bytes);
  const mediaType = manifestType(root, declared);
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
    mediaType,
    artifactType: optionalText(root, "artifactType"),
    configMediaType: references.find(({ kind }) => kind === "config")?.mediaType,
    subject: subject?.digest,
    references: unique(references),
    foreign,
    annotations: annotationsOf(root),
  };
}

function readObject(bytes: Uint8Array): JsonObject {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = parseStrictJson(text, limits.manifestDepth, knownKeys);
    if (value instanceof Map) return value;
  } catch (error) {
    if (error instanceof JsonError) throw invalidManifest(error.message);
    if (!(error instanceof TypeError)) throw error;
    // Not UTF-8: no JSON either.
  }
  throw invalidManifest("Invalid JSON syntax");
}

/** The one type that the manifest and what came beside it agree on. */
function manifestType(root: JsonObject, declared: string | undefined): string {
  const own = optionalText(root, "mediaType");
  const beside = declared?.split(";")[0]?.trim().toLowerCase();
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
  return type;
}

/**
 * What an index lists is manifests. Differs from ECR: that of a build cache lists layers and what tells of
 * them, as BuildKit writes it unless it is told `image-manifest=true`, and they are held as an image's are.
 */
function children(root: JsonObject): ImageReference[] {
  const listed = list(root, "manifests").map((item) => descriptor(item, "manifests"));
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
  for (const item of list(root, "layers")) {
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

/** Written in Go, a list of nothing may be `null`: regctl and crane push such manifests. */
function list(root: JsonObject, key: string): JsonValue[] {
  const value = root.get(key);
  if (value === null) return [];
  if (!Array.isArray(value)) throw invalidManifest(`'${key}' must be a list`);
  return value;
}

function optionalText(root: JsonObject, key: string): string | undefined {
  const value = root.get(key);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw invalidManifest(`'${key}' must be text`);
  requirePrintable(value, `'${key}'`);
  return value;
}

/** Not every database takes a NUL, and none of these has a use for a control character. */
function requirePrintable(text: string, what: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) throw invalidManifest(`${what} has a control character`);
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

function invalidManifest(why: string): RegistryError {
  return invalidParameter("ImageManifest", why);
}

import type { ImageChoice } from "../../../ports/image-source.ts";
import { RegistryError } from "../../errors.ts";
import { isIndexType, parseManifest } from "../../images/parse-manifest.ts";
import { type Digest, isDigest } from "../../names.ts";
import { type JsonRecord, recordOf, recordsOf, textOf } from "../sbom/document-json.ts";
import { ScanRefusal } from "../scan-refusal.ts";
import { outsideLimits } from "./outside-limits.ts";

/** What a manifest or an index names. */
export interface SourceDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** `linux/arm/v7`; absent where the index does not say. */
  readonly platform?: string;
  /** What engines call it: `docker.io/library/app:v1`, or a tag alone. */
  readonly names: readonly string[];
  /** Its bytes may be elsewhere. */
  readonly isForeign: boolean;
}

/** A manifest, or an index of such, as a source has it. */
export interface SourceManifest {
  readonly mediaType: string;
  /** Absent of an index. */
  readonly config?: SourceDescriptor;
  /** The oldest first; one may be there twice. */
  readonly layers: readonly SourceDescriptor[];
  readonly children: readonly SourceDescriptor[];
}

/**
 * Reads a manifest as strictly as one that is pushed.
 * @throws ScanRefusal if it is none
 */
export function readSourceManifest(bytes: Uint8Array, declared?: string): SourceManifest {
  let mediaType: string;
  try {
    ({ mediaType } = parseManifest(bytes, declared));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new ScanRefusal("FAILED", `The manifest can not be read: ${error.message}`);
  }
  const root = recordOf(JSON.parse(new TextDecoder().decode(bytes))) ?? {};
  if (isIndexType(mediaType)) return { mediaType, layers: [], children: childrenOf(root) };
  const [config] = descriptorsOf([root.config]);
  return {
    mediaType,
    ...(config !== undefined && { config }),
    layers: descriptorsOf(root.layers),
    children: [],
  };
}

/** The images that an index lists: of `index.json` of a layout, too, which need not say its type. */
export function childrenOf(root: JsonRecord): readonly SourceDescriptor[] {
  return descriptorsOf(root.manifests);
}

function descriptorsOf(value: unknown): SourceDescriptor[] {
  return recordsOf(value).map((item) => {
    const { mediaType, digest, size, urls } = item;
    const platform = platformOf(recordOf(item.platform));
    if (typeof digest !== "string" || !isDigest(digest) || typeof mediaType !== "string") {
      throw new ScanRefusal("FAILED", "A descriptor without a type or a digest");
    }
    return {
      ...{ mediaType, digest, names: namesOf(recordOf(item.annotations)) },
      sizeBytes: typeof size === "number" ? size : 0,
      ...(platform !== undefined && { platform }),
      isForeign: Array.isArray(urls) || /\.(nondistributable|foreign)\./.test(mediaType),
    };
  });
}

function platformOf(platform: JsonRecord | undefined): string | undefined {
  const [os, architecture] = [textOf(platform?.os), textOf(platform?.architecture)];
  if (os === undefined || architecture === undefined) return undefined;
  const variant = textOf(platform?.variant);
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/** Sources: image-spec 1.1, "Annotations"; containerd, which has the whole name in one of its own. */
function namesOf(annotations: JsonRecord | undefined): string[] {
  const known = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
  return known.flatMap((key) => textOf(annotations?.[key]) ?? []);
}

/**
 * The one image that is meant of those that an index lists. Attestations are none.
 * @throws ScanRefusal if it is none, or not said which
 */
export function chooseImage(
  listed: readonly SourceDescriptor[],
  { name, platform, ownPlatform }: ImageChoice,
): SourceDescriptor {
  const images = listed.filter((each) => each.platform !== "unknown/unknown");
  const named = images.filter(({ names }) => name === undefined || isNamed(names, name));
  if (named.length === 0) {
    const all = images.flatMap(({ names }) => names);
    throw refusal(name === undefined ? "There is no image in it" : `"${name}" is not in it`, all);
  }
  const titles = [...new Set(named.map(({ names }) => names[0] ?? ""))];
  if (titles.length > 1) {
    throw refusal("There are several images in it; name one with --image", titles);
  }
  const wanted = platform ?? (named.length > 1 ? ownPlatform : undefined);
  const found =
    wanted === undefined
      ? named[0]
      : (named.find((each) => each.platform === wanted) ??
        named.find((each) => each.platform?.startsWith(`${wanted}/`)) ??
        // Of a single one the index need not say what its config says; that is looked at later.
        named.find((each) => each.platform === undefined && named.length === 1));
  if (found !== undefined) return found;
  const all = named.map((each) => each.platform ?? "one that is not said");
  throw refusal(`There is no image for ${wanted} in it; name a platform with --platform`, all);
}

/** As a whole, or without the registry that engines put before it. */
function isNamed(names: readonly string[], name: string): boolean {
  return names.some((each) => each === name || each.endsWith(`/${name}`));
}

function refusal(sentence: string, choices: readonly string[]): ScanRefusal {
  const distinct = [...new Set(choices)].filter((each) => each !== "");
  const named = distinct.slice(0, outsideLimits.namedChoices).join(", ");
  const more = distinct.length > outsideLimits.namedChoices ? ", and more" : "";
  return new ScanRefusal("FAILED", named === "" ? sentence : `${sentence}: ${named}${more}`);
}

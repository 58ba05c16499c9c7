import type { ContentFiles } from "../../ports/content-files.ts";
import type {
  ImageChoice,
  ImageSource,
  SourceImage,
  SourceLayer,
} from "../../ports/image-source.ts";
import { digestOf } from "../../registry/digest.ts";
import { outsideLimits } from "../../registry/scanning/outside/outside-limits.ts";
import { type JsonRecord, recordsOf, textOf } from "../../registry/scanning/sbom/document-json.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";
import { wholeContent } from "./content-files.ts";

const listFile = "manifest.json";
const layerType = "application/vnd.docker.image.rootfs.diff.tar";
const configType = "application/vnd.docker.container.image.v1+json";

/** Whether these files are what `docker save` wrote before it wrote layouts. */
export async function isDockerArchive(files: ContentFiles): Promise<boolean> {
  return (await files.find(listFile)) !== undefined;
}

/**
 * Images as `docker save` writes them: a list with the names of images, and of the files of each. Source: moby,
 * "Docker Image Specification v1.2", "Combined Image JSON + Filesystem Changeset Format"
 */
export class DockerArchive implements ImageSource {
  readonly #files: ContentFiles;
  readonly #name: string;

  constructor(files: ContentFiles, name: string) {
    this.#files = files;
    this.#name = name;
  }

  async image({ name }: ImageChoice): Promise<SourceImage> {
    const entry = chosen(listed(await this.#small(listFile, outsideLimits.listBytes)), name);
    const path = textOf(entry.Config);
    if (path === undefined) throw new ScanRefusal("FAILED", `${listFile} names no config`);
    const config = await this.#small(path, scanningLimits.configBytes);
    return {
      name: name ?? namesOf(entry)[0] ?? this.#name,
      digest: digestOf(config),
      configMediaType: configType,
      config,
      layers: layersOf(entry).map((layer) => this.#layer(layer)),
    };
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  /** What it has is held against the config's digests when it was read: the list has none. */
  #layer(path: string): SourceLayer {
    const open = async () => {
      const file = await this.#files.find(path);
      if (file === undefined) throw new ScanRefusal("FAILED", `The layer ${path} is not in it`);
      return file.stream();
    };
    return { mediaType: layerType, digest: path, open };
  }

  #small(path: string, maxBytes: number): Promise<Uint8Array> {
    return wholeContent(this.#files, path, maxBytes);
  }
}

/** @throws ScanRefusal */
function listed(bytes: Uint8Array): readonly JsonRecord[] {
  try {
    return recordsOf(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new ScanRefusal("FAILED", `${listFile} is no JSON`);
  }
}

function chosen(entries: readonly JsonRecord[], name: string | undefined): JsonRecord {
  const named = entries.filter((entry) => name === undefined || namesOf(entry).includes(name));
  const [first, second] = named;
  if (first !== undefined && second === undefined) return first;
  const names = entries.flatMap(namesOf).slice(0, outsideLimits.namedChoices).join(", ");
  const sentence =
    first === undefined
      ? name === undefined
        ? "There is no image in it"
        : `"${name}" is not in it`
      : "There are several images in it; name one with --image";
  throw new ScanRefusal("FAILED", names === "" ? sentence : `${sentence}: ${names}`);
}

function namesOf({ RepoTags }: JsonRecord): string[] {
  return Array.isArray(RepoTags) ? RepoTags.flatMap((tag: unknown) => textOf(tag) ?? []) : [];
}

/** @throws ScanRefusal where one is no name: the others are not all that is in the image */
function layersOf({ Layers }: JsonRecord): string[] {
  if (!Array.isArray(Layers)) throw new ScanRefusal("FAILED", `${listFile} names no layers`);
  return Layers.map((layer: unknown) => {
    const path = textOf(layer);
    if (path !== undefined) return path;
    throw new ScanRefusal("FAILED", `${listFile} names a layer that has no name`);
  });
}

/** Images as files: layouts and archives, written by hand. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type ArchiveEntry, file, layerArchive } from "./layer-archive.ts";

/** What is said of an image beside its layers. */
export interface ImageWords {
  readonly name?: string;
  readonly architecture?: string;
  /** Of the config. */
  readonly config?: object;
}

const ociTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

export function digestText(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** A config of these uncompressed layers. */
export function configOf(layers: readonly Uint8Array[], words: ImageWords = {}): Buffer {
  const { architecture = "amd64", config = {} } = words;
  const rootfs = { type: "layers", diff_ids: layers.map(digestText) };
  return Buffer.from(JSON.stringify({ os: "linux", architecture, config, rootfs }));
}

/** The files of a layout of one image, or of several for as many platforms; layers are compressed by gzip. */
export function layoutFiles(
  images: readonly { readonly layers: readonly Uint8Array[]; readonly words?: ImageWords }[],
): Map<string, Buffer> {
  const files = new Map<string, Buffer>([
    ["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
  ]);
  const add = (mediaType: string, content: Buffer) => {
    const digest = digestText(content);
    files.set(`blobs/${digest.replace(":", "/")}`, content);
    return { mediaType, digest, size: content.length };
  };
  const manifests = images.map(({ layers, words = {} }) => {
    const manifest = {
      ...{ schemaVersion: 2, mediaType: ociTypes.manifest },
      config: add(ociTypes.config, configOf(layers, words)),
      layers: layers.map((layer) => add(`${ociTypes.layer}+gzip`, gzipSync(layer))),
    };
    return {
      ...add(ociTypes.manifest, Buffer.from(JSON.stringify(manifest))),
      platform: { os: "linux", architecture: words.architecture ?? "amd64" },
      ...(words.name !== undefined && {
        annotations: { "org.opencontainers.image.ref.name": words.name },
      }),
    };
  });
  const index = { schemaVersion: 2, mediaType: ociTypes.index, manifests };
  return files.set("index.json", Buffer.from(JSON.stringify(index)));
}

export function writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

export function archiveOf(
  files: ReadonlyMap<string, Uint8Array>,
  more: readonly ArchiveEntry[] = [],
): Buffer {
  return layerArchive([...[...files].map(([path, content]) => file(path, content)), ...more]);
}

/** The files of what `docker save` wrote before it wrote layouts. */
export function savedFiles(layers: readonly Uint8Array[], words: ImageWords = {}) {
  const config = configOf(layers, words);
  const names = layers.map((_, index) => `layer${index}/layer.tar`);
  const entry = { Config: "config.json", RepoTags: [words.name ?? "app:v1"], Layers: names };
  return new Map<string, Buffer>([
    ...layers.map((layer, index) => [names[index]!, Buffer.from(layer)] as const),
    ["config.json", config],
    ["manifest.json", Buffer.from(JSON.stringify([entry]))],
  ]);
}

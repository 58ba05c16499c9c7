import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type TarEntry, tarArchive } from "./tar.ts";

export interface Blob {
  readonly digest: string;
  readonly content: Buffer;
}

/** A layer as it travels: compressed, so that no client sees a reason to change it on its way. */
export interface Layer extends Blob {
  readonly archive: Buffer;
  /** The digest of the archive. */
  readonly diffId: string;
}

/** An image made of nothing but random files, so that no two tests share a layer by chance. */
export interface TestImage {
  readonly architecture: string;
  readonly config: Blob;
  readonly layers: readonly Layer[];
  /** The OCI manifest, as a client would push it. */
  readonly manifest: Blob;
}

export const mediaTypes = {
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
} as const;

export const mebibyte = 1024 * 1024;

/** Two small layers by default; `layerSizes` in bytes. Files, if there are any, are one layer more. */
export function buildImage({
  architecture = "amd64",
  layerSizes = [1_000, 70_000],
  files = [],
}: {
  architecture?: string;
  layerSizes?: readonly number[];
  files?: readonly TarEntry[];
} = {}): TestImage {
  const sized = layerSizes.map((size, index) => ({
    ...{ name: `file-${index}`, content: randomBytes(size) },
  }));
  const layers = [...sized.map((file) => [file]), files].flatMap((each) =>
    each.length === 0 ? [] : [buildLayer(each)],
  );
  const config = jsonBlob({
    architecture,
    os: "linux",
    config: { Cmd: ["/file-0"] },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created_by: "interop test" })),
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor(mediaTypes.config, config),
    layers: layers.map((layer) => descriptor(mediaTypes.layer, layer)),
  });
  return { architecture, config, layers, manifest };
}

/** An OCI index that names each image by its architecture. */
export function buildIndex(images: readonly TestImage[]): Blob {
  return jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map((image) => ({
      ...descriptor(mediaTypes.manifest, image.manifest),
      platform: { architecture: image.architecture, os: "linux" },
    })),
  });
}

/** What `docker save` writes and `docker load` reads. */
export function dockerArchive(image: TestImage, repoTag: string): Buffer {
  const config = `${image.config.digest.slice("sha256:".length)}.json`;
  const layers = image.layers.map((layer) => `${layer.diffId.slice("sha256:".length)}.tar`);
  return tarArchive([
    ...image.layers.map((layer, index) => ({ name: layers[index]!, content: layer.archive })),
    { name: config, content: image.config.content },
    {
      name: "manifest.json",
      content: Buffer.from(
        JSON.stringify([{ Config: config, RepoTags: [repoTag], Layers: layers }]),
      ),
    },
  ]);
}

/** Writes an OCI image layout in which `tag` names the image, or an index of several. */
export function writeOciLayout(
  directory: string,
  images: readonly TestImage[],
  tag: string,
): string {
  for (const { name, content } of ociLayout(images, tag)) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return topOf(images).digest;
}

/** The same as one archive, with a full image name in place of a tag. */
export function ociArchive(images: readonly TestImage[], name: string): Buffer {
  return tarArchive(ociLayout(images, name));
}

export function blob(content: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(content).digest("hex")}`, content };
}

function buildLayer(files: readonly TarEntry[]): Layer {
  const archive = tarArchive(files);
  return { ...blob(gzipSync(archive, { level: 1 })), archive, diffId: blob(archive).digest };
}

function ociLayout(images: readonly TestImage[], name: string): TarEntry[] {
  const top = topOf(images);
  const mediaType = images.length === 1 ? mediaTypes.manifest : mediaTypes.index;
  const blobs = images.flatMap((image) => [image.config, ...image.layers, image.manifest]);
  const distinct = new Map([...blobs, top].map((each) => [each.digest, each.content]));
  return [
    { name: "oci-layout", content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    {
      name: "index.json",
      content: Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          manifests: [
            {
              ...descriptor(mediaType, top),
              annotations: {
                "org.opencontainers.image.ref.name": name,
                "io.containerd.image.name": name,
              },
            },
          ],
        }),
      ),
    },
    ...[...distinct].map(([digest, content]) => ({
      name: `blobs/${digest.replace(":", "/")}`,
      content,
    })),
  ];
}

function topOf(images: readonly TestImage[]): Blob {
  return images.length === 1 ? images[0]!.manifest : buildIndex(images);
}

function jsonBlob(value: unknown): Blob {
  return blob(Buffer.from(JSON.stringify(value)));
}

function descriptor(mediaType: string, { digest, content }: Blob) {
  return { mediaType, digest, size: content.length };
}

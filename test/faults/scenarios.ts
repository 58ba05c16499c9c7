/**
 * What a client does while the process dies. Content is fixed, so that the process that looks
 * afterwards knows what the one that died was about.
 */
import { createHash } from "node:crypto";
import type { Ports } from "../../src/ports/ports.ts";
import { deleteImages } from "../../src/registry/images/delete-image.ts";
import { putImage } from "../../src/registry/images/put-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { Digest, RepositoryName, Tag } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { testRegistry, testRepository } from "../support/store.ts";

export const latest = "latest" as Tag;

export interface Content {
  readonly bytes: Buffer;
  readonly digest: Digest;
}

function content(bytes: Buffer): Content {
  return { bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest };
}

/** More than two frames, so that a write has a middle. */
export const bigLayer = content(Buffer.alloc(2_500_000, "layer one "));
export const smallLayer = content(Buffer.from("layer two"));
const config = content(Buffer.from("{}"));

function manifestOf(layers: readonly Content[]): Content {
  const descriptor = ({ bytes, digest }: Content) => ({
    mediaType: "application/octet-stream",
    digest,
    size: bytes.length,
  });
  return content(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: descriptor(config),
        layers: layers.map(descriptor),
      }),
    ),
  );
}

export const oldImage = manifestOf([smallLayer]);
export const newImage = manifestOf([smallLayer, bigLayer]);

export async function pushLayer(
  ports: Ports,
  layer: Content,
  name: RepositoryName = testRepository,
): Promise<void> {
  const { id } = await startUpload(ports, testRegistry, name);
  const half = Math.ceil(layer.bytes.length / 2);
  for (const part of [layer.bytes.subarray(0, half), layer.bytes.subarray(half)]) {
    await appendToUpload(ports, testRegistry, name, id, pieces(part), {});
  }
  await completeUpload(ports, testRegistry, name, id, layer.digest, {
    repeatable: false,
    emptyAllowed: true,
    enforcePartSize: false,
  });
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

export function pushManifest(ports: Ports, image: Content): Promise<unknown> {
  return putImage(ports, testRegistry, testRepository, {
    manifest: image.bytes,
    mediaType: undefined,
    tags: [latest],
    repeat: "accept",
  });
}

export async function deleteNewImage(ports: Ports): Promise<void> {
  await deleteImages(ports, testRegistry, testRepository, [{ imageDigest: newImage.digest }]);
}

export const reclaimEverything = (ports: Ports) => reclaimOnce(ports, { ignoreLeases: true });

/** An image under `latest`, whole. */
async function withOldImage(ports: Ports): Promise<void> {
  await createRepository(ports, {
    registry: testRegistry,
    name: testRepository,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    resourceTags: new Map(),
  });
  await pushLayer(ports, config);
  await pushLayer(ports, smallLayer);
  await pushManifest(ports, oldImage);
}

export interface Scenario {
  /** What is there before; nothing dies meanwhile. */
  prepare(ports: Ports): Promise<void>;
  /** What the process dies in. */
  act(ports: Ports): Promise<void>;
}

export const scenarios = {
  "a blob PUT": {
    prepare: withOldImage,
    act: (ports) => pushLayer(ports, bigLayer),
  },
  "a manifest PUT": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
    },
    async act(ports) {
      await pushManifest(ports, newImage);
    },
  },
  "a delete": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
    },
    act: deleteNewImage,
  },
  "a reclaim": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
      await deleteNewImage(ports);
    },
    async act(ports) {
      await reclaimEverything(ports);
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

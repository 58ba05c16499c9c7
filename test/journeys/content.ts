/** What journeys find in a registry, made through the public API. */
import { createCipheriv, createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CreateRepositoryCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { callServer } from "../../src/doors/cli/call-server.ts";
import type { RunningServer } from "../support/server.ts";

export function ecrOf({ origin, accessKeyId, secretAccessKey }: RunningServer): ECRClient {
  const credentials = { accessKeyId, secretAccessKey };
  return new ECRClient({ region: "us-east-1", endpoint: origin, credentials, maxAttempts: 1 });
}

export async function createRepository(server: RunningServer, repositoryName: string) {
  await ecrOf(server).send(new CreateRepositoryCommand({ repositoryName }));
}

const images = "application/vnd.oci.image";

export interface ImageOptions {
  readonly layerSizes?: readonly number[];
  /** Archives, in place of those of some size. */
  readonly layers?: readonly Uint8Array[];
  /** What the layers are filled with: the same seed makes the same layers. */
  readonly seed?: string;
  readonly architecture?: string;
  readonly subject?: { readonly digest: string; readonly size: number };
  /** Makes an artifact of one blob in place of an image. */
  readonly artifact?: { readonly type: string; readonly content: string };
}

export interface Pushed {
  readonly digest: string;
  readonly size: number;
}

/** An image of some layers, and under which digest it is there. */
export async function pushImage(
  server: RunningServer,
  repositoryName: string,
  imageTag: string | undefined,
  options: ImageOptions = {},
): Promise<string> {
  return (await pushManifest(server, repositoryName, imageTag, options)).digest;
}

export async function pushManifest(
  server: RunningServer,
  repositoryName: string,
  imageTag: string | undefined,
  options: ImageOptions = {},
): Promise<Pushed> {
  const { layerSizes = [1_000, 40_000, 5_000], artifact, subject } = options;
  const seed = options.seed ?? `${repositoryName}:${imageTag}`;
  const layers =
    options.layers?.map((layer) => gzipSync(layer)) ??
    layerSizes.map((size, index) => noise(`${seed}:${index}`, size));
  const config = JSON.stringify({
    ...{ architecture: options.architecture ?? "amd64", os: "linux" },
    created: "2026-01-01T00:00:00Z",
    config: { Env: ["PATH=/bin"], Cmd: ["/bin/app"], Labels: { team: "pay" } },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => sha256(gunzipSync(layer))) },
    history: layers.map((_, index) => ({ created_by: `RUN step ${index + 1}` })),
  });
  const push = await pusher(server, repositoryName);
  const pushed = [];
  const isArtifact = artifact !== undefined;
  for (const content of isArtifact ? [Buffer.from(artifact.content)] : layers) {
    pushed.push(await push(content, isArtifact ? artifact.type : `${images}.layer.v1.tar+gzip`));
  }
  const configType = isArtifact ? "application/vnd.oci.empty.v1+json" : `${images}.config.v1+json`;
  return putManifest(server, repositoryName, imageTag, {
    ...{ schemaVersion: 2, mediaType: `${images}.manifest.v1+json` },
    ...(isArtifact && { artifactType: artifact.type }),
    config: await push(Buffer.from(isArtifact ? "{}" : config), configType),
    layers: pushed,
    ...(subject !== undefined && {
      subject: { mediaType: `${images}.index.v1+json`, ...subject },
    }),
  });
}

/** One image for each architecture, under one index. */
export async function pushIndex(
  server: RunningServer,
  repositoryName: string,
  imageTag: string,
  architectures: readonly string[],
): Promise<Pushed> {
  const manifests = [];
  for (const architecture of architectures) {
    const seed = `${repositoryName}:${imageTag}:${architecture}`;
    const child = await pushManifest(server, repositoryName, undefined, { architecture, seed });
    const platform = { os: "linux", architecture };
    manifests.push({ mediaType: `${images}.manifest.v1+json`, ...child, platform });
  }
  return putManifest(server, repositoryName, imageTag, {
    ...{ schemaVersion: 2, mediaType: `${images}.index.v1+json`, manifests },
  });
}

async function pusher(server: RunningServer, repositoryName: string) {
  const { authorizationData } = await ecrOf(server).send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  return async (content: Buffer, mediaType: string) => {
    const digest = sha256(content);
    const url = `${server.origin}/v2/${repositoryName}/blobs/uploads/?digest=${digest}`;
    const headers = { authorization, "content-type": "application/octet-stream" };
    const { status } = await fetch(url, { method: "POST", headers, body: new Uint8Array(content) });
    if (status !== 201) throw new Error(`the blob was answered with ${status}`);
    return { mediaType, digest, size: content.length };
  };
}

async function putManifest(
  server: RunningServer,
  repositoryName: string,
  imageTag: string | undefined,
  manifest: object,
): Promise<Pushed> {
  const imageManifest = JSON.stringify(manifest);
  const { image } = await ecrOf(server).send(
    new PutImageCommand({ repositoryName, imageManifest, imageTag }),
  );
  return { digest: image?.imageId?.imageDigest ?? "", size: Buffer.byteLength(imageManifest) };
}

function sha256(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Bytes that no compression makes fewer, the same for the same seed: a layer is as large as it is said to be. */
function noise(seed: string, size: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  return gzipSync(cipher.update(Buffer.alloc(size)));
}

/** Asks for an operation, `entrepot:PutGate`, by the server's own key or another one. */
export function ask<Answer>(
  { origin, ...key }: Pick<RunningServer, "origin" | "accessKeyId" | "secretAccessKey">,
  operation: Parameters<typeof callServer>[2],
  input: object,
): Promise<Answer> {
  const address = { origin, region: "us-east-1", authority: "", now: Date.now };
  return callServer<Answer>(address, key, operation, input);
}

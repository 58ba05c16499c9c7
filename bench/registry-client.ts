import { hash, randomFillSync } from "node:crypto";
import { type Answer, Connection, type Request } from "./connection.ts";
import type { Target } from "./peers.ts";

export interface Blob {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly content: Uint8Array | (() => Iterable<Uint8Array>);
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Bytes that do not compress and that no earlier blob had. */
export function randomBlob(sizeBytes: number): Blob {
  return blobOf(randomFillSync(Buffer.allocUnsafeSlow(sizeBytes)));
}

export function blobOf(content: Uint8Array): Blob {
  return { digest: `sha256:${hash("sha256", content)}`, sizeBytes: content.length, content };
}

/** What a container client asks of a registry, over one connection. */
export class RegistryClient {
  readonly #connection: Connection;

  constructor(target: Pick<Target, "host" | "port" | "authorization">) {
    this.#connection = new Connection(target);
  }

  close(): void {
    this.#connection.close();
  }

  /** POST, PATCH with the whole blob as a stream, PUT: the way that docker pushes. */
  async pushBlob(repository: string, blob: Blob): Promise<void> {
    const base = `/v2/${repository}/blobs/uploads/`;
    const begun = await this.#expect(202, "POST", base);
    const content = blob.content;
    const body =
      content instanceof Uint8Array ? content : { pieces: content(), sizeBytes: blob.sizeBytes };
    const sent = await this.#expect(202, "PATCH", location(begun), {
      headers: { "Content-Type": "application/octet-stream" },
      body,
    });
    const end = location(sent);
    const mark = end.includes("?") ? "&" : "?";
    await this.#expect(201, "PUT", `${end}${mark}digest=${encodeURIComponent(blob.digest)}`);
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    const path = `/v2/${repository}/blobs/${digest}`;
    const { status } = await this.#connection.request("HEAD", path);
    if (status !== 200 && status !== 404) throw new Error(`HEAD ${path} answered ${status}`);
    return status === 200;
  }

  async pushManifest(repository: string, tag: string, manifest: Uint8Array): Promise<void> {
    await this.#expect(201, "PUT", `/v2/${repository}/manifests/${tag}`, {
      headers: { "Content-Type": manifestType },
      body: manifest,
    });
  }

  /** Reads the manifest of a tag and drops it. */
  async pullManifest(repository: string, tag: string): Promise<void> {
    const headers = { Accept: manifestType };
    await this.#expect(200, "GET", `/v2/${repository}/manifests/${tag}`, { headers });
  }

  /** Reads the blob and drops it; fails unless every byte came. */
  async pullBlob(
    repository: string,
    blob: Blob,
    onBody?: (piece: Uint8Array) => void,
  ): Promise<void> {
    const path = `/v2/${repository}/blobs/${blob.digest}`;
    const request = onBody === undefined ? {} : { onBody };
    const { bodyBytes } = await this.#expect(200, "GET", path, request);
    if (bodyBytes !== blob.sizeBytes) throw new Error(`GET ${path} sent ${bodyBytes} bytes`);
  }

  async #expect(status: number, method: string, path: string, request?: Request): Promise<Answer> {
    const answer = await this.#connection.request(method, path, request);
    if (answer.status === status) return answer;
    throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  }
}

function location(answer: Answer): string {
  const value = answer.headers.get("location");
  if (value === undefined) throw new Error("the registry named no upload location");
  return value.replace(/^https?:\/\/[^/]+/, "");
}

export interface SmallImage {
  readonly blobs: readonly Blob[];
  readonly manifest: Uint8Array;
}

/** Two layers of 4 to 20 KiB and a config, unlike every other. */
export function smallImage(seed: number): SmallImage {
  const layers = [0, 1].map((index) => randomBlob(4096 + ((seed * 37 + index * 11) % 17) * 1024));
  const config = blobOf(
    Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: ["/bin/app"] },
        rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
      }),
    ),
  );
  return { blobs: [...layers, config], manifest: manifestOf(config, layers) };
}

type Named = Pick<Blob, "digest" | "sizeBytes">;

export function manifestOf(
  config: Named,
  layers: readonly Named[],
  annotations?: Readonly<Record<string, string>>,
): Uint8Array {
  const describe = (blob: Named, kind: string) => ({
    mediaType: `application/vnd.oci.image.${kind}`,
    digest: blob.digest,
    size: blob.sizeBytes,
  });
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: describe(config, "config.v1+json"),
      layers: layers.map((layer) => describe(layer, "layer.v1.tar+gzip")),
      annotations,
    }),
  );
}

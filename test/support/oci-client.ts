import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";

export interface OciClientOptions {
  readonly authorization?: string | undefined;
  /** The Host header, where it is not that of the origin. */
  readonly host?: string | undefined;
}

export interface OciRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** What came back, read to its end. */
export interface OciAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  text(): string;
  json<T = unknown>(): T;
  /** The code of the first error, "" when there is none. */
  code(): string;
}

export type Algorithm = "sha256" | "sha512";

export function digestOf(content: Uint8Array | string, algorithm: Algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}

/**
 * A registry client that does what it is told and judges nothing. Paths go out as they are given,
 * which `fetch` would not do.
 */
export class OciClient {
  readonly origin: string;
  readonly #options: OciClientOptions;

  constructor(origin: string, options: OciClientOptions = {}) {
    this.origin = origin;
    this.#options = options;
  }

  /** Sends one request; `target` is a path, or an absolute URL of which the path counts. */
  send(method: string, target: string, { headers, body }: OciRequest = {}): Promise<OciAnswer> {
    const { hostname, port } = new URL(this.origin);
    const path = target.replace(/^https?:\/\/[^/]*/, "");
    const { authorization, host } = this.#options;
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        host: hostname,
        port,
        method,
        path,
        setHost: host === undefined,
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(host === undefined ? {} : { host }),
          ...headers,
        },
      });
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => {
        const pieces: Buffer[] = [];
        incoming.on("data", (piece: Buffer) => pieces.push(piece));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const received = new Headers();
          for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
            received.append(incoming.rawHeaders[index]!, incoming.rawHeaders[index + 1]!);
          }
          resolve(answer(incoming.statusCode ?? 0, received, Buffer.concat(pieces)));
        });
      });
      if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
        const lengthBytes = Buffer.byteLength(body ?? "");
        const says = body !== undefined || (method !== "GET" && method !== "HEAD");
        if (says && headers?.["transfer-encoding"] === undefined) {
          outgoing.setHeader("content-length", lengthBytes);
        }
        outgoing.end(body);
      } else {
        void (async () => {
          for await (const piece of body) outgoing.write(piece);
          outgoing.end();
        })().catch((error: unknown) => outgoing.destroy(error as Error));
      }
    });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<OciAnswer> {
    return this.send("GET", path, { headers });
  }

  head(path: string, headers: Record<string, string> = {}): Promise<OciAnswer> {
    return this.send("HEAD", path, { headers });
  }

  /** Opens an upload and says its URL. */
  async startUpload(repository: string): Promise<string> {
    const opened = await this.send("POST", `/v2/${repository}/blobs/uploads/`);
    if (opened.status !== 202) throw new Error(`a session: ${opened.status} ${opened.text()}`);
    return opened.headers.get("location") ?? "";
  }

  /** POST, then PUT with the whole content; says the digest. */
  async pushBlob(
    repository: string,
    content: Uint8Array | string,
    algorithm: Algorithm = "sha256",
  ): Promise<string> {
    const digest = digestOf(content, algorithm);
    const location = await this.startUpload(repository);
    const mark = location.includes("?") ? "&" : "?";
    const pushed = await this.send("PUT", `${location}${mark}digest=${digest}`, { body: content });
    if (pushed.status !== 201) throw new Error(`a blob: ${pushed.status} ${pushed.text()}`);
    return digest;
  }

  putManifest(repository: string, reference: string, manifest: object): Promise<OciAnswer> {
    const { mediaType = "application/json" } = manifest as { mediaType?: string };
    return this.send("PUT", `/v2/${repository}/manifests/${reference}`, {
      body: JSON.stringify(manifest),
      headers: { "content-type": mediaType },
    });
  }
}

function answer(status: number, headers: Headers, body: Buffer): OciAnswer {
  return {
    status,
    headers,
    body,
    text: () => body.toString("utf8"),
    json: <T>() => JSON.parse(body.toString("utf8")) as T,
    code() {
      if (!body.toString("latin1", 0, 1).startsWith("{")) return "";
      const { errors } = JSON.parse(body.toString("utf8")) as { errors?: { code: string }[] };
      return errors?.[0]?.code ?? "";
    },
  };
}

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry of memory that answers as it is told to: what it was asked is kept. */
export class UpstreamServer {
  readonly asked: string[] = [];
  readonly #contents = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  /** Comes first; true: it has answered. */
  before: Answer = () => false;
  readonly #server: Server;

  constructor() {
    this.put("/v2/", "application/json", Buffer.from("{}"));
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often a path was asked for, by GET. */
  times(path: string): number {
    return this.asked.filter((each) => each === `GET ${path}`).length;
  }

  putBlob(name: string, bytes: Buffer): string {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    this.#contents.set(`/v2/${name}/blobs/${digest}`, { type: "application/octet-stream", bytes });
    return digest;
  }

  putManifest(name: string, tag: string, manifest: object): string {
    const { mediaType: type } = manifest as { mediaType: string };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    for (const each of [tag, digest]) {
      this.#contents.set(`/v2/${name}/manifests/${each}`, { type, bytes });
    }
    return digest;
  }

  put(path: string, type: string, bytes: Buffer): void {
    this.#contents.set(path, { type, bytes });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    this.asked.push(`${request.method} ${path}`);
    if (this.before(request, response)) return;
    const found = this.#contents.get(path);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { type, bytes } = found;
    const isManifest = path.includes("/manifests/");
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    response.writeHead(200, {
      ...{ "content-type": type, "content-length": bytes.length },
      ...(isManifest ? { "docker-content-digest": digest } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  }
}

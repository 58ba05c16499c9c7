/** Somebody at the public registry: with a token or without one, by whichever name of the host. */
import { createHash } from "node:crypto";
import { request } from "node:http";

export interface PublicAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export const sha256 = (bytes: Uint8Array | string) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export class PublicClient {
  readonly origin: string;
  readonly #host: string;
  readonly authorization: string | undefined;

  /** @param host what the client calls it, if not by its address */
  constructor(origin: string, authorization?: string, host = new URL(origin).host) {
    this.origin = origin;
    this.#host = host;
    this.authorization = authorization;
  }

  ask(
    method: string,
    path: string,
    { body, ...headers }: Record<string, string | Buffer | undefined> = {},
  ): Promise<PublicAnswer> {
    const sent: Record<string, string> = { host: this.#host, ...(headers as object) };
    if (this.authorization !== undefined) sent.authorization = this.authorization;
    if (body !== undefined) sent["content-length"] = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const outgoing = request(this.origin + path, { method, headers: sent }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      outgoing.on("error", reject).end(body);
    });
  }

  /** The same with a token that nobody had to sign in for. */
  async anonymous(): Promise<PublicClient> {
    const { text } = await new PublicClient(this.origin, undefined, this.#host).ask(
      "GET",
      "/token/?service=x&scope=repository:any/thing:pull",
    );
    const { token } = JSON.parse(text) as { token: string };
    return new PublicClient(this.origin, `Bearer ${token}`, this.#host);
  }

  async pushBlob(name: string, bytes: Buffer): Promise<PublicAnswer> {
    const started = await this.ask("POST", `/v2/${name}/blobs/uploads/`);
    if (started.status !== 202) return started;
    const { pathname } = new URL(String(started.headers.location));
    return this.ask("PUT", `${pathname}?digest=${sha256(bytes)}`, { body: bytes });
  }

  /** An image of one config and one layer; says its digest. */
  async pushImage(name: string, tag: string, content: string, more: object = {}): Promise<string> {
    const layer = Buffer.from(`layer of ${content}`);
    const config = Buffer.from(JSON.stringify({ content }));
    for (const blob of [layer, config]) {
      const { status, text } = await this.pushBlob(name, blob);
      if (status !== 201) throw new Error(`no blob: ${status} ${text}`);
    }
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const describe = (type: string, bytes: Buffer) => ({
      mediaType: `application/vnd.oci.image.${type}`,
      ...{ digest: sha256(bytes), size: bytes.length },
    });
    const body = JSON.stringify({
      ...{ schemaVersion: 2, mediaType },
      config: { ...describe("config.v1+json", config), ...more },
      layers: [describe("layer.v1.tar", layer)],
    });
    const path = `/v2/${name}/manifests/${tag}`;
    const { status, text } = await this.ask("PUT", path, { body, "content-type": mediaType });
    if (status !== 201) throw new Error(`no manifest: ${status} ${text}`);
    return sha256(body);
  }
}

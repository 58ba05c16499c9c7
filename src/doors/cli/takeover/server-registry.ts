import { Readable } from "node:stream";
import type { Egress, EgressResponse } from "../../../ports/egress.ts";
import type { ContentOfManifest } from "../../../ports/takeover-source.ts";
import type { LayerToPut } from "../../../ports/takeover-target.ts";
import { limits } from "../../../registry/limits.ts";
import type { Digest } from "../../../registry/names.ts";
import { answerFailure, wayFailure } from "../../../registry/takeover/answer-failure.ts";
import { checkedContent, wholeDocument } from "../../../registry/takeover/checked-content.ts";
import { referrersIn } from "../../../registry/takeover/referrer-list.ts";
import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../../registry/takeover/takeover-limits.ts";

export interface RegistryLogin {
  /** Scheme, host and port of `/v2/`. */
  readonly origin: string;
  readonly authorities: readonly string[];
  /** A fresh token, as `Authorization: Basic` takes it. */
  token(): Promise<string>;
  now(): number;
}

interface Wanted {
  readonly method: string;
  /** After `/v2/`, or an upload's path. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | Readable;
  readonly expected: readonly number[];
  readonly maximumBytes?: number;
}

/** Layers up to this size are sent in one piece, and may so be repeated by whoever sends them. */
const smallBytes = 256 * 1024;
const errorBytes = 64 * 1024;

/** `/v2/` of the server, as a client that pushes and pulls. */
export class ServerRegistry {
  readonly #egress: Egress;
  readonly #login: RegistryLogin;
  #token: Promise<string> | undefined;

  constructor(egress: Egress, login: RegistryLogin) {
    this.#egress = egress;
    this.#login = login;
  }

  /** @returns false where the layer was there, in this repository or another one */
  async putLayer(repository: string, { digest, sizeBytes, open }: LayerToPut): Promise<boolean> {
    const mount = `${repository}/blobs/uploads/?mount=${digest}`;
    const begun = await this.#ask({ method: "POST", path: `/v2/${mount}`, expected: [201, 202] });
    await drained(begun.body);
    if (begun.status === 201) return false;
    const upload = new URL(begun.headers.get("location") ?? "", this.#login.origin);
    upload.searchParams.set("digest", digest);
    const content = await open();
    const body = sizeBytes > smallBytes ? content : await wholeDocument(content, digest, sizeBytes);
    const put = await this.#ask({
      ...{ method: "PUT", path: `${upload.pathname}${upload.search}`, body, expected: [201] },
      headers: {
        "content-type": "application/octet-stream",
        "content-length": String(sizeBytes),
      },
    });
    await drained(put.body);
    return true;
  }

  async putManifest(repository: string, manifest: ContentOfManifest, tag?: string): Promise<void> {
    const { digest, bytes, mediaType = "" } = manifest;
    const query = tag === undefined ? "" : `?tag=${encodeURIComponent(tag)}`;
    const answer = await this.#ask({
      ...{ method: "PUT", path: `/v2/${repository}/manifests/${digest}${query}` },
      ...{ headers: { "content-type": mediaType }, body: bytes, expected: [201] },
    });
    await drained(answer.body);
  }

  async manifest(repository: string, digest: Digest): Promise<ContentOfManifest> {
    const { headers, body } = await this.#ask({
      ...{ method: "GET", path: `/v2/${repository}/manifests/${digest}`, expected: [200] },
      headers: { accept: "*/*" },
      maximumBytes: limits.manifestBytes,
    });
    const bytes = await wholeDocument(failing(body), "The manifest", limits.manifestBytes);
    return { digest, bytes, mediaType: headers.get("content-type") };
  }

  async content(repository: string, digest: Digest, sizeBytes: number): Promise<Readable> {
    const { body } = await this.#ask({
      ...{ method: "GET", path: `/v2/${repository}/blobs/${digest}`, expected: [200] },
      maximumBytes: sizeBytes,
    });
    return Readable.from(checkedContent(failing(body), digest, sizeBytes), { objectMode: false });
  }

  /** What is about it: OCI 1.1, "Listing Referrers". */
  async referrers(repository: string, digest: Digest): Promise<readonly Digest[]> {
    const { listBytes } = takeoverLimits;
    const { body } = await this.#ask({
      ...{ method: "GET", path: `/v2/${repository}/referrers/${digest}`, expected: [200] },
      maximumBytes: listBytes,
    });
    return referrersIn(await wholeDocument(failing(body), "The list of referrers", listBytes));
  }

  /** A token that has run out is replaced once. */
  async #ask(wanted: Wanted): Promise<EgressResponse> {
    const answer = await this.#request(wanted);
    if (wanted.expected.includes(answer.status)) return answer;
    const isOver = answer.status === 401 || answer.status === 403;
    const text = await textOf(answer.body);
    if (isOver && /expired/i.test(text)) {
      this.#token = undefined;
      throw new TakeoverFailure("passing", "The token has run out", 0);
    }
    const { origin, now } = this.#login;
    throw answerFailure(origin, { ...answer, text }, now());
  }

  async #request(wanted: Wanted): Promise<EgressResponse> {
    const { method, path, headers, body, maximumBytes = errorBytes } = wanted;
    const { origin, authorities } = this.#login;
    this.#token ??= this.#login.token();
    const authorization = `Basic ${await this.#token}`;
    try {
      return await this.#egress.request({
        ...{ method, url: `${origin}${path}`, headers: { ...headers, authorization }, body },
        ...{ authorities, plainHttp: "anywhere", timeoutMs: takeoverLimits.transferMs },
        maximumBytes: Math.max(maximumBytes, errorBytes),
      });
    } catch (error) {
      throw wayFailure(error);
    }
  }
}

/** Only then another request may have the connection. */
async function drained(body: Readable): Promise<void> {
  await wholeDocument(failing(body), "The answer", errorBytes);
}

async function* failing(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw wayFailure(error);
  }
}

async function textOf(body: Readable): Promise<string> {
  return (await wholeDocument(failing(body), "The answer", errorBytes)).toString("utf8");
}

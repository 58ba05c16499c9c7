import type { Readable } from "node:stream";
import type { Egress, EgressResponse } from "../../ports/egress.ts";
import type {
  ImageChoice,
  ImageSource,
  SourceImage,
  SourceLayer,
} from "../../ports/image-source.ts";
import { digestOf } from "../../registry/digest.ts";
import { isIndexType, mediaTypes } from "../../registry/images/parse-manifest.ts";
import { type Digest, isDigest } from "../../registry/names.ts";
import { outsideLimits as limits } from "../../registry/scanning/outside/outside-limits.ts";
import {
  chooseImage,
  readSourceManifest,
  type SourceDescriptor,
} from "../../registry/scanning/outside/source-manifest.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";
import { verified, wholeStream } from "./content-files.ts";
import { lazily } from "./lazily.ts";
import { RegistryLogin } from "./registry-login.ts";
import type { RegistryPlace } from "./registry-place.ts";

const accepted = Object.values(mediaTypes).join(", ");

/** An image in a registry that speaks OCI Distribution. Every byte is held against its digest. */
export class RegistryImage implements ImageSource {
  readonly #egress: Egress;
  readonly #place: RegistryPlace;
  readonly #login: RegistryLogin;

  constructor(egress: Egress, place: RegistryPlace) {
    this.#egress = egress;
    this.#place = place;
    this.#login = new RegistryLogin(egress, place);
  }

  async image(choice: ImageChoice): Promise<SourceImage> {
    const { reference, name } = this.#place;
    let { bytes, mediaType, digest } = await this.#manifest(reference);
    for (let depth = 0; isIndexType(mediaType); depth++) {
      if (depth === limits.indexDepth) {
        throw new ScanRefusal("FAILED", "Indexes are in indexes without end");
      }
      const { children } = readSourceManifest(bytes, mediaType);
      const chosen = chooseImage(children, { ...choice, name: undefined });
      ({ bytes, mediaType, digest } = await this.#manifest(chosen.digest));
    }
    const { config, layers } = readSourceManifest(bytes, mediaType);
    if (config === undefined) throw new ScanRefusal("FAILED", "The manifest has no config");
    const content = lazily(() => this.#blob(config.digest, scanningLimits.configBytes));
    return {
      ...{ name, digest, configMediaType: config.mediaType },
      config: await wholeStream(content, "The config", scanningLimits.configBytes),
      layers: layers.map((layer) => this.#layer(layer)),
    };
  }

  /** The connections are those of the egress. */
  async close(): Promise<void> {}

  async #manifest(reference: string) {
    const answer = await this.#get(`manifests/${reference}`, { accept: accepted });
    const bytes = await wholeStream(answer.body, "The manifest", limits.listBytes);
    const digest = isDigest(reference) ? reference : digestOf(bytes);
    const actual = digestOf(bytes, digest.startsWith("sha512:") ? "sha512" : "sha256");
    if (actual !== digest) {
      throw new ScanRefusal("FAILED", `The manifest of ${digest} is another one`);
    }
    const declared = answer.headers.get("content-type");
    const { mediaType } = readSourceManifest(bytes, declared);
    return { bytes, mediaType, digest };
  }

  #layer({ mediaType, digest, sizeBytes, isForeign }: SourceDescriptor): SourceLayer {
    const open = async () => (isForeign ? undefined : lazily(() => this.#blob(digest, sizeBytes)));
    return { mediaType, digest, open };
  }

  async #blob(digest: Digest, mostBytes: number): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#get(`blobs/${digest}`, {}, mostBytes);
    return verified(body, digest);
  }

  /** @throws ScanRefusal for any answer but the one that is asked for */
  async #get(
    path: string,
    headers: Readonly<Record<string, string>>,
    maximumBytes: number = limits.listBytes,
  ): Promise<{ readonly headers: ReadonlyMap<string, string>; readonly body: Readable }> {
    const { origin, repository, authorities, plainHttp } = this.#place;
    const ask = async (): Promise<EgressResponse> =>
      this.#egress.request({
        ...{ method: "GET", url: `${origin}/v2/${repository}/${path}` },
        headers: { ...headers, ...(await this.#login.headers()) },
        ...{ authorities, plainHttp, maximumBytes, timeoutMs: limits.downloadMs },
      });
    let answer = await ask();
    if (answer.status === 401 && (await this.#login.learn(answer))) answer = await ask();
    if (answer.status === 200) return answer;
    answer.body.destroy();
    throw new ScanRefusal("FAILED", sentenceOf(answer.status, this.#place.name, origin));
  }
}

function sentenceOf(status: number, name: string, origin: string): string {
  if (status === 404) return `${origin} has no ${name}`;
  const isDenied = status === 401 || status === 403;
  return isDenied
    ? `${origin} does not let this client pull ${name}: log in, or use another key`
    : `${origin} answers with status ${status}`;
}

import type {
  SourceReference,
  SourceRepository,
  TakeoverSource,
} from "../../ports/takeover-source.ts";
import { isDigest } from "../../registry/names.ts";
import {
  type JsonRecord,
  recordOf,
  recordsOf,
  textOf,
} from "../../registry/scanning/sbom/document-json.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import type { TakeoverSettings } from "../../registry/takeover/takeover-settings.ts";
import type { RegistryClient } from "../../registry/upstream/registry-client.ts";
import type { ApiClient } from "./api-client.ts";
import { LiveRepository } from "./live-repository.ts";

/** The most that Quay gives at once. */
const pageItems = 100;

/**
 * Quay: the repositories of one namespace, by tag. What has no tag is not listed there; what is about an image is
 * asked for. Source: Quay's API, version 1.
 */
export class QuaySource implements TakeoverSource {
  readonly #api: ApiClient;
  readonly #client: RegistryClient;
  readonly #namespace: string;

  constructor(api: ApiClient, client: RegistryClient, namespace: string) {
    this.#api = api;
    this.#client = client;
    this.#namespace = namespace;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const namespace = encodeURIComponent(this.#namespace);
    let next = "";
    for (let pages = 0; pages < takeoverLimits.listPages; pages += 1) {
      const path = `/api/v1/repository?namespace=${namespace}${next}`;
      const page = recordOf(await this.#api.get(path)) ?? {};
      for (const each of recordsOf(page.repositories)) {
        const name = textOf(each.name);
        // Applications, of another kind, are no images.
        if (name !== undefined && (each.kind ?? "image") === "image") yield this.#one(name, each);
      }
      const token = textOf(page.next_page);
      if (token === undefined) return;
      next = `&next_page=${encodeURIComponent(token)}`;
    }
    throw new TakeoverFailure("refused", "Quay answers a list without end");
  }

  async close(): Promise<void> {}

  #one(repository: string, about: JsonRecord): SourceRepository {
    const name = `${this.#namespace}/${repository}`;
    const untranslated = [
      ...(about.is_public === true ? ["It is public there; here a policy says so"] : []),
      ...(about.state === "MIRROR" ? ["It is a mirror there, and not filled any more here"] : []),
    ];
    const settings = async (): Promise<TakeoverSettings> => ({ untranslated });
    const references = () => this.#references(name);
    return new LiveRepository({ client: this.#client, name, settings, references });
  }

  async *#references(name: string): AsyncGenerator<SourceReference> {
    const path = `/api/v1/repository/${name.split("/").map(encodeURIComponent).join("/")}/tag/`;
    for (let page = 1; page <= takeoverLimits.listPages; page += 1) {
      const query = `?onlyActiveTags=true&limit=${pageItems}&page=${page}`;
      const answer = recordOf(await this.#api.get(`${path}${query}`)) ?? {};
      for (const { name: tag, manifest_digest: digest } of recordsOf(answer.tags)) {
        if (typeof tag !== "string") continue;
        yield typeof digest === "string" && isDigest(digest) ? { tag, digest } : { tag };
      }
      if (answer.has_additional !== true) return;
    }
    throw new TakeoverFailure("refused", "Quay answers a list without end");
  }
}

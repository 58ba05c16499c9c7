import type {
  SourceReference,
  SourceRepository,
  TakeoverSource,
} from "../../ports/takeover-source.ts";
import { recordOf } from "../../registry/scanning/sbom/document-json.ts";
import { type Pause, persevere } from "../../registry/takeover/persevere.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import type { RegistryClient } from "../../registry/upstream/registry-client.ts";
import { LiveRepository } from "./live-repository.ts";

const pageItems = 1_000;

/**
 * Any registry that lists its repositories. What has no tag and is about nothing is not listed by such a one.
 * Source: OCI Distribution 1.1, "Content Discovery"; distribution, "Listing Repositories".
 */
export class DistributionSource implements TakeoverSource {
  readonly #client: RegistryClient;
  readonly #pause: Pause;
  readonly #path: string;

  /** @param path a repository, or what its name begins with; "" for all */
  constructor(client: RegistryClient, path: string, pause: Pause) {
    this.#client = client;
    this.#path = path;
    this.#pause = pause;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const path = `/v2/_catalog?n=${pageItems}`;
    try {
      for await (const name of this.#listed(path, "registry:catalog:*", "repositories")) {
        const isBelow = name === this.#path || name.startsWith(`${this.#path}/`);
        if (this.#path === "" || isBelow) yield this.#repository(name);
      }
    } catch (error) {
      // Many show nobody the whole list; a single repository can be asked for all the same.
      const isShut = error instanceof TakeoverFailure && error.kind !== "passing";
      if (!isShut || this.#path === "") throw error;
      yield this.#repository(this.#path);
    }
  }

  async close(): Promise<void> {}

  #repository(name: string): SourceRepository {
    const references = () => this.#references(name);
    return new LiveRepository({
      ...{ client: this.#client, name, references },
      settings: async () => ({}),
    });
  }

  async *#references(name: string): AsyncGenerator<SourceReference> {
    const path = `/v2/${name}/tags/list?n=${pageItems}`;
    try {
      for await (const tag of this.#listed(path, `repository:${name}:pull`, "tags")) yield { tag };
    } catch (error) {
      // Distribution lists repositories whose images are all gone.
      if (!(error instanceof TakeoverFailure) || error.kind !== "missing") throw error;
    }
  }

  async *#listed(first: string, scope: string, member: string): AsyncGenerator<string> {
    let path: string | undefined = first;
    for (let pages = 0; path !== undefined; pages += 1) {
      if (pages === takeoverLimits.listPages) {
        throw new TakeoverFailure("refused", `${this.#client.origin} answers a list without end`);
      }
      const asked: string = path;
      const page = await persevere(() => this.#client.json({ path: asked, scope }), this.#pause);
      const items = recordOf(page.value)?.[member];
      for (const item of Array.isArray(items) ? items : []) {
        if (typeof item === "string") yield item;
      }
      path = nextPath(this.#client.origin, page.headers.get("link"));
    }
  }
}

/** The page that a header names, on the same host. Source: RFC 8288. */
function nextPath(origin: string, link: string | undefined): string | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(link ?? "") ?? [];
  const url = target === undefined ? null : URL.parse(target, origin);
  return url === null || url.origin !== origin ? undefined : `${url.pathname}${url.search}`;
}

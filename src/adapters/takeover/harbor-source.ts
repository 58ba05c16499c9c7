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

/** The most that Harbor gives at once. */
const pageItems = 100;

/**
 * Harbor: its projects, their repositories, and every artifact with its accessories, which signatures are. Of a
 * project's settings come what ECR has: tags that nobody may move, scans on push.
 * Source: Harbor's API, version 2.0.
 */
export class HarborSource implements TakeoverSource {
  readonly #api: ApiClient;
  readonly #client: RegistryClient;
  readonly #project: string;

  /** @param project the one that is wanted; "" for all */
  constructor(api: ApiClient, client: RegistryClient, project: string) {
    this.#api = api;
    this.#client = client;
    this.#project = project;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const only = this.#project;
    const query = only === "" ? "" : `name=${encodeURIComponent(only)}&`;
    for await (const project of this.#all(`/api/v2.0/projects?${query}`)) {
      const name = textOf(project.name);
      // Harbor looks for names that have it anywhere.
      if (name === undefined || (only !== "" && name !== only)) continue;
      yield* this.#ofProject(name, project);
    }
  }

  async close(): Promise<void> {}

  async *#ofProject(project: string, about: JsonRecord): AsyncGenerator<SourceRepository> {
    const path = `/api/v2.0/projects/${encodeURIComponent(project)}`;
    const known = await this.#settings(path, about);
    for await (const repository of this.#all(`${path}/repositories?`)) {
      const name = textOf(repository.name);
      if (name === undefined) continue;
      // Names with slashes are encoded twice. Source: Harbor, "repository_name".
      const rest = encodeURIComponent(encodeURIComponent(name.slice(project.length + 1)));
      const references = () => this.#references(`${path}/repositories/${rest}`);
      const settings = async () => known;
      yield new LiveRepository({ client: this.#client, name, settings, references });
    }
  }

  async *#references(path: string): AsyncGenerator<SourceReference> {
    const query = "with_tag=true&with_accessory=true";
    for await (const artifact of this.#all(`${path}/artifacts?${query}&`)) {
      const { digest } = artifact;
      if (typeof digest !== "string" || !isDigest(digest)) continue;
      const tags = recordsOf(artifact.tags).flatMap(({ name }) => textOf(name) ?? []);
      if (tags.length === 0) yield { digest };
      for (const tag of tags) yield { tag, digest };
      for (const { digest: accessory } of recordsOf(artifact.accessories)) {
        if (typeof accessory === "string" && isDigest(accessory)) yield { digest: accessory };
      }
    }
  }

  async #settings(path: string, project: JsonRecord): Promise<TakeoverSettings> {
    const metadata = recordOf(project.metadata) ?? {};
    const rules = recordsOf(
      await this.#api.find(`${path}/immutabletagrules?page_size=${pageItems}`),
    );
    const inForce = rules.filter(({ disabled }) => disabled !== true);
    const isWhole = inForce.some(isAboutAll);
    const untranslated = [
      ...(!isWhole && inForce.length > 0
        ? ["Tags of some names or repositories alone are immutable there; none are here"]
        : []),
      ...(textOf(metadata.retention_id) === undefined
        ? []
        : ["Its project retains by rules of Harbor's; write a lifecycle policy for them"]),
      ...(metadata.public === "true" ? ["Its project is public there; here a policy says so"] : []),
    ];
    return {
      scanOnPush: metadata.auto_scan === "true",
      ...(isWhole && { tagMutability: { mode: "IMMUTABLE" as const, exclusionFilters: [] } }),
      untranslated,
    };
  }

  async *#all(path: string): AsyncGenerator<JsonRecord> {
    for (let page = 1; page <= takeoverLimits.listPages; page += 1) {
      const items = await this.#api.get(`${path}page=${page}&page_size=${pageItems}`);
      const records = recordsOf(items);
      yield* records;
      if (records.length < pageItems) return;
    }
    throw new TakeoverFailure("refused", "Harbor answers a list without end");
  }
}

function isAboutAll({ tag_selectors: tags, scope_selectors: scope }: JsonRecord): boolean {
  const repositories = recordsOf(recordOf(scope)?.repository);
  const all = ({ pattern, decoration }: JsonRecord) =>
    pattern === "**" && (decoration === "matches" || decoration === "repoMatches");
  return recordsOf(tags).some(all) && repositories.some(all);
}

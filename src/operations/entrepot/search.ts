import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { searchLimits } from "../../registry/search/search-limits.ts";
import { type FoundGroup, searchRegistry } from "../../registry/search/search-registry.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Group<Item> {
  readonly items: readonly Item[];
  /** There is more, or there may be: not all was looked through. */
  readonly truncated: boolean;
}

interface Answer {
  readonly repositories: Group<{ readonly repositoryName: string }>;
  readonly tags: Group<{
    readonly repositoryName: string;
    readonly imageTag: string;
    readonly imageDigest: string;
  }>;
  readonly images: Group<{ readonly repositoryName: string; readonly imageDigest: string }>;
  readonly findings: Group<{
    readonly vulnerabilityId: string;
    readonly severity: string;
    readonly repositoryName: string;
    readonly imageDigest: string;
    readonly packageName: string;
    readonly fixedInVersion?: string;
  }>;
}

/**
 * What the caller's registry has under a text that somebody types, of each kind some. It takes no right of its
 * own: of a repository only those are told who may SearchRepositories, SearchImages or ListImageFindings there.
 */
export const search = operation("entrepot:Search", {
  input: request({
    text: z.string().trim().min(1).max(searchLimits.wordCharacters),
    maxResultsPerGroup: z.int().min(1).max(searchLimits.foundPerGroup).default(5),
  }),
  resource: (_, caller) => ({ arn: "*", account: caller.principal.account }),
  action: null,
  access: "List",
  errors: ["InvalidParameter"],
  async handle({ text, maxResultsPerGroup }, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const found = await searchRegistry(ports, caller, registry, text, maxResultsPerGroup);
    return {
      repositories: group(found.repositories, (repositoryName) => ({ repositoryName })),
      tags: group(found.tags, ({ repositoryName, tag, digest }) => ({
        ...{ repositoryName, imageTag: tag, imageDigest: digest },
      })),
      images: group(found.images, ({ repositoryName, digest }) => ({
        ...{ repositoryName, imageDigest: digest },
      })),
      findings: group(found.findings, ({ repositoryName, digest, finding }) => ({
        ...{ vulnerabilityId: finding.vulnerabilityId, severity: finding.severity },
        ...{ repositoryName, imageDigest: digest, packageName: finding.package.name },
        ...(finding.fixedVersion !== undefined && { fixedInVersion: finding.fixedVersion }),
      })),
    };
  },
});

function group<Item, Row>(
  { items, isCut }: FoundGroup<Item>,
  row: (item: Item) => Row,
): Group<Row> {
  return { items: items.map(row), truncated: isCut };
}

import { z } from "zod";
import { type FoundNamespace, namespaceSorts } from "../../ports/search-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { type RepositoryName, repositoryArn } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import { maxResults, nextToken, registryId, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openSearchPosition, sealSearchPosition, searchPageDefault } from "./search-page.ts";

interface Entry {
  /** What all names below it begin with, `team/`; absent of a repository. */
  readonly namespace?: string;
  readonly repositoryName?: string;
  readonly repositoryCount: number;
  readonly imageCount: number;
  /** Of all repositories below it, as each counts them. */
  readonly sizeInBytes: number;
  /** Epoch seconds; also of an image that is gone. */
  readonly lastPushedAt?: number;
}

interface Answer {
  readonly registryId: string;
  /** Of all pages. */
  readonly totalCount: number;
  readonly entries: readonly Entry[];
  readonly nextToken?: string;
}

/** Empty, or the part of names before a slash and that slash. */
const namespacePrefix = z
  .string()
  .max(limits.repositoryNameCharacters)
  .regex(/^([a-z0-9][a-z0-9._-]*\/)*$/);

/**
 * Repositories as a tree: what is right below a prefix, a repository or all of those that share the next
 * part of their names, with their sums; sorted and counted by the server. It is for who may
 * SearchRepositories with that prefix. A repository of the page that a policy denies is left out; sums and
 * `totalCount` have it.
 */
export const listNamespaces = operation("entrepot:ListNamespaces", {
  action: "entrepot:SearchRepositories",
  input: request({
    registryId,
    prefix: namespacePrefix.default(""),
    sortBy: z.enum(namespaceSorts).default("NAME"),
    sortOrder: z.enum(["ASCENDING", "DESCENDING"]).default("ASCENDING"),
    maxResults,
    nextToken,
  }),
  resource({ registryId, prefix }, caller) {
    const registry = registryOf(caller, registryId);
    return { arn: repositoryArn(registry, `${prefix}*`), account: registry.account, registry };
  },
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const { prefix, sortBy, sortOrder, maxResults: size = searchPageDefault } = input;
    const narrowedBy = [JSON.stringify([prefix, sortBy, sortOrder])];
    const listing = { operation: "ListNamespaces", registry, narrowedBy };
    const { found, total } = await ports.metadata.search.namespaces(registry, prefix, {
      ...{ sort: sortBy, descending: sortOrder === "DESCENDING", limit: size + 1 },
      after: openSearchPosition<string>(ports, listing, input.nextToken),
    });
    const page = found.slice(0, size);
    const sight = new RepositorySight(ports, caller);
    const isSeen = await Promise.all(
      page.map(({ name, isRepository }) => {
        const repository = { registry, name: name as RepositoryName };
        return !isRepository || sight.may("entrepot:SearchRepositories", repository);
      }),
    );
    const last = page.at(-1);
    return {
      ...{ registryId: registry.account, totalCount: total },
      entries: page.filter((_, at) => isSeen[at]).map(entryAnswer),
      ...(found.length > size &&
        last !== undefined && { nextToken: sealSearchPosition(ports, listing, last.position) }),
    };
  },
});

function entryAnswer({ name, isRepository, lastPushedAt, ...sums }: FoundNamespace): Entry {
  return {
    ...(isRepository ? { repositoryName: name } : { namespace: name }),
    ...{ repositoryCount: sums.repositories, imageCount: sums.images, sizeInBytes: sums.sizeBytes },
    ...(lastPushedAt !== undefined && { lastPushedAt: epochSeconds(lastPushedAt) }),
  };
}

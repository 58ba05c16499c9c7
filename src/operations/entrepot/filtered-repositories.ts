/** What is judged where somebody says something about all repositories that a pattern fits. */
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import { type Resource, repositoryAsResource } from "../../registry/policy/authorize.ts";
import { suppressionLimits } from "../../registry/scanning/suppressions/suppression-limits.ts";
import { matchesWildcard } from "../../registry/wildcard.ts";

/** A repository, or a pattern of some with `*`. */
export const repositoryFilter = z
  .string()
  .min(1)
  .max(limits.repositoryNameCharacters)
  .regex(/^[a-z0-9._/*-]+$/);

/**
 * The pattern itself, as if it were a name: a policy about `team/*` covers it, one about `team/app` does
 * not. What a pattern fits later is not there to be judged, so that the pattern has to be.
 */
export function filterResource(registry: Registry, filter: string): Resource {
  return repositoryAsResource(registry, filter as RepositoryName);
}

/**
 * Each repository that is there and that the pattern fits: a policy may deny one of them.
 * @throws LimitExceeded for a pattern that fits too many
 */
export async function filteredRepositories(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  filter: string,
): Promise<Resource[]> {
  const star = filter.indexOf("*");
  if (star === -1) return [];
  const prefix = filter.slice(0, star);
  const { repositoriesPerPage: limit, repositoriesPerPattern: most } = suppressionLimits;
  const fitting: Resource[] = [];
  // Just before the first name that begins so.
  let after: RepositoryName | undefined = (prefix.slice(0, -1) || undefined) as typeof after;
  for (;;) {
    const page = await metadata.repositories.list(registry, { after, limit });
    for (const { name } of page) {
      if (matchesWildcard(filter, name)) fitting.push(repositoryAsResource(registry, name));
    }
    if (fitting.length > most) {
      throw new RegistryError(
        "LimitExceeded",
        `The filter '${filter}' fits more than ${most} repositories: use several that fit fewer`,
      );
    }
    const last = page.at(-1)?.name;
    if (page.length < limit || last === undefined) return fitting;
    if (last > prefix && !last.startsWith(prefix)) return fitting;
    after = last;
  }
}

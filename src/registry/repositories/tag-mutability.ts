import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName, Tag } from "../names.ts";
import { recordSetting } from "../replication/carried-settings.ts";
import { matchesWildcard } from "../wildcard.ts";
import { lockRepository } from "./find-repository.ts";
import type { Repository, TagMutability, TagMutabilityMode } from "./repository.ts";

const wildcardsPerFilter = 2;

/**
 * The setting, from a mode and its filters.
 * Source: ECR API, PutImageTagMutability and CreateRepository.
 * @throws InvalidParameter when filters are missing where the mode has exclusions, or present where
 * it has none
 */
export function checkTagMutability(
  mode: TagMutabilityMode,
  filters: readonly string[] | undefined,
): TagMutability {
  const parameter = "imageTagMutabilityExclusionFilters";
  const hasExclusions = mode.endsWith("_WITH_EXCLUSION");
  if (hasExclusions && (filters === undefined || filters.length === 0)) {
    throw invalidParameter(
      parameter,
      `ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as ${mode}`,
    );
  }
  if (!hasExclusions && filters !== undefined) {
    throw invalidParameter(
      parameter,
      `ImageTagMutabilityExclusionFilters can't be set when imageTagMutability is set as ${mode}`,
    );
  }
  const exclusionFilters = filters ?? [];
  if (exclusionFilters.length > limits.mutabilityFilters) {
    throw invalidParameter(
      parameter,
      `Member must have length less than or equal to ${limits.mutabilityFilters}`,
    );
  }
  for (const filter of exclusionFilters) {
    if (filter.split("*").length - 1 > wildcardsPerFilter) {
      throw invalidParameter(
        parameter,
        `a filter must have at most ${wildcardsPerFilter} wildcards`,
      );
    }
  }
  return { mode, exclusionFilters };
}

/** Whether a tag of that name, once there, must keep pointing at its image (ECR, tag mutability). */
export function isTagImmutable(mutability: TagMutability, tag: Tag): boolean {
  switch (mutability.mode) {
    case "MUTABLE":
      return false;
    case "IMMUTABLE":
      return true;
    case "IMMUTABLE_WITH_EXCLUSION":
      return !isExcluded(mutability, tag);
    case "MUTABLE_WITH_EXCLUSION":
      return isExcluded(mutability, tag);
  }
}

function isExcluded(mutability: TagMutability, tag: Tag): boolean {
  return mutability.exclusionFilters.some((filter) => matchesWildcard(filter, tag));
}

/**
 * Changes how later pushes may move tags; stored tags stay as they are.
 * @throws RepositoryNotFound
 */
export function setTagMutability(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  tagMutability: TagMutability,
): Promise<Repository> {
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    await change.repositories.setTagMutability(repository, tagMutability);
    await recordSetting(ports, change, repository, "TAG_MUTABILITY");
    return { ...repository, tagMutability };
  });
}

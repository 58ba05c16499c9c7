import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { fixedTag } from "../../registry/search/fixed-tag.ts";
import { searchLimits } from "../../registry/search/search-limits.ts";
import { registryResource } from "../ecr/resource.ts";
import { repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

interface FixedTag {
  readonly repositoryName: string;
  readonly imageTag: string;
  readonly imageDigest: string;
  readonly imagePushedAt: number;
}

interface Answer {
  /** Of repositories that have one, in the order in which they were asked for. */
  readonly fixedTags: readonly FixedTag[];
}

/**
 * For each repository the newest tag whose image a scan found to be without a vulnerability. It takes no
 * right of its own: a repository is told of to who may ListImageFindings there, and of others, of those that
 * are not there and of those whose key may not be used nothing is said.
 */
export const findFixedTags = operation("entrepot:FindFixedTags", {
  action: null,
  input: request({
    /** One of its names. */
    vulnerabilityId: z.string().min(1).max(searchLimits.wordCharacters),
    repositoryNames: z.array(repositoryName).min(1).max(searchLimits.fixedRepositories),
  }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle({ vulnerabilityId, repositoryNames }, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const fixedTags: FixedTag[] = [];
    const sight = new RepositorySight(ports, caller);
    for (const name of new Set(repositoryNames)) {
      if (!(await sight.may("entrepot:ListImageFindings", { registry, name }))) continue;
      const found = await fixedIn(ports, registry, name, vulnerabilityId);
      if (found !== undefined) fixedTags.push(found);
    }
    return { fixedTags };
  },
});

async function fixedIn(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  vulnerabilityId: string,
): Promise<FixedTag | undefined> {
  try {
    const repository = await findRepository(ports, registry, name);
    const found = await fixedTag(ports, registry, repository, vulnerabilityId);
    if (found === undefined) return undefined;
    const { tag: imageTag, digest: imageDigest, pushedAt } = found;
    return { repositoryName: name, imageTag, imageDigest, imagePushedAt: epochSeconds(pushedAt) };
  } catch (error) {
    if (isRegistryError(error, "RepositoryNotFound") || isRegistryError(error, "Kms")) {
      return undefined;
    }
    throw error;
  }
}

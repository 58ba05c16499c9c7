import type {
  DescribeRepositoriesRequest,
  DescribeRepositoriesResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { type Registry, type RepositoryName, repositoryArn } from "../../registry/names.ts";
import { repositoryAsResource } from "../../registry/policy/authorize.ts";
import { findRepository, listRepositories } from "../../registry/repositories/find-repository.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { repositoryAnswer } from "./repository-answer.ts";
import {
  type Members,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

const input = request({
  registryId,
  repositoryNames: z.array(repositoryName).min(1).max(limits.batchItems).optional(),
  nextToken,
  maxResults,
} satisfies Members<DescribeRepositoriesRequest>);

/** The named repositories, all of them or none, or a page of the registry's. */
export const describeRepositories = operation("ecr:DescribeRepositories", {
  input,
  resource(input, caller) {
    const registry = registryOf(caller, input.registryId);
    const [first] = input.repositoryNames ?? [];
    if (first !== undefined) return repositoryAsResource(registry, first);
    return { arn: repositoryArn(registry, "*"), account: registry.account, registry };
  },
  further(input, caller) {
    const registry = registryOf(caller, input.registryId);
    const [, ...others] = input.repositoryNames ?? [];
    return others.map((name) => ({
      action: "ecr:DescribeRepositories",
      resource: repositoryAsResource(registry, name),
    }));
  },
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, deployment, caller }): Promise<Wire<DescribeRepositoriesResponse>> {
    const registry = registryOf(caller, input.registryId);
    const found =
      input.repositoryNames === undefined
        ? await page(ports, registry, input)
        : await named(ports, registry, input.repositoryNames, input);
    return {
      repositories: found.repositories.map((each) => repositoryAnswer(deployment, each)),
      nextToken: found.nextToken,
    };
  },
});

type Paging = Pick<z.output<typeof input>, "nextToken" | "maxResults">;
interface Found {
  readonly repositories: readonly Repository[];
  readonly nextToken?: string | undefined;
}

async function named(
  ports: Ports,
  registry: Registry,
  names: readonly RepositoryName[],
  paging: Paging,
): Promise<Found> {
  if (paging.nextToken !== undefined) {
    throw invalidParameter("nextToken", "nextToken can't be set when repositoryNames is set");
  }
  if (paging.maxResults !== undefined) {
    throw invalidParameter("maxResults", "maxResults can't be set when repositoryNames is set");
  }
  const repositories: Repository[] = [];
  for (const name of new Set(names)) repositories.push(await findRepository(ports, registry, name));
  return { repositories };
}

async function page(ports: Ports, registry: Registry, paging: Paging): Promise<Found> {
  const listing = { operation: "DescribeRepositories", registry };
  const { items, more, last } = await readPage<Repository, RepositoryName>({
    after: openPosition(ports, listing, paging.nextToken) as RepositoryName | undefined,
    size: paging.maxResults ?? limits.pageDefault,
    fetch: (request) => listRepositories(ports, registry, request),
    key: (repository) => repository.name,
  });
  const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
  return { repositories: items, nextToken: next };
}

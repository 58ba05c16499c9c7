import type {
  DescribeRepositoriesRequest,
  DescribeRepositoriesResponse,
} from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../../registry/limits.ts";
import { type Registry, type RepositoryName, repositoryArn } from "../../registry/names.ts";
import { repositoryAsResource } from "../../registry/policy/authorize.ts";
import { primaryAlias } from "../../registry/public/registries.ts";
import { findRepository, listRepositories } from "../../registry/repositories/find-repository.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { type Members, maxResults, nextToken, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { publicRepositoryAnswer } from "./answers.ts";
import { meantRegistry, requireNoPaging } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

const operationName = "DescribeRepositories";
const action = `ecr-public:${operationName}`;
const input = request({
  registryId,
  repositoryNames: z.array(publicRepositoryName).min(1).max(limits.batchItems).optional(),
  nextToken,
  maxResults,
} satisfies Members<DescribeRepositoriesRequest>);

/** The named public repositories, all of them or none, or a page of the registry's. */
export const describeRepositories = operation("ecr-public:DescribeRepositories", {
  input,
  resource(input, caller, environment) {
    const registry = meantRegistry(operationName, caller, environment, input.registryId);
    const [first] = input.repositoryNames ?? [];
    if (first !== undefined) return repositoryAsResource(registry, first);
    return { arn: repositoryArn(registry, "*"), account: registry.account, registry };
  },
  further(input, caller, environment) {
    const registry = meantRegistry(operationName, caller, environment, input.registryId);
    const [, ...others] = input.repositoryNames ?? [];
    return others.map((name) => ({ action, resource: repositoryAsResource(registry, name) }));
  },
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound", "UnsupportedCommand"],
  async handle(input, context): Promise<Wire<DescribeRepositoriesResponse>> {
    const { ports, deployment } = context;
    const registry = context.target.registry!;
    const found =
      input.repositoryNames === undefined
        ? await page(ports, registry, input)
        : await named(ports, registry, input.repositoryNames, input);
    const alias = await primaryAlias(ports, registry.account);
    return {
      repositories: found.repositories.map((each) =>
        publicRepositoryAnswer(deployment, each, alias),
      ),
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
  requireNoPaging("repositoryNames", paging);
  const repositories: Repository[] = [];
  for (const name of new Set(names)) repositories.push(await findRepository(ports, registry, name));
  return { repositories };
}

async function page(ports: Ports, registry: Registry, paging: Paging): Promise<Found> {
  const listing = { operation: action, registry };
  const { items, more, last } = await readPage<Repository, RepositoryName>({
    after: openPosition(ports, listing, paging.nextToken) as RepositoryName | undefined,
    size: paging.maxResults ?? limits.pageDefault,
    fetch: (request) => listRepositories(ports, registry, request),
    key: (repository) => repository.name,
  });
  const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
  return { repositories: items, nextToken: next };
}

import type { CreateRepositoryRequest, CreateRepositoryResponse } from "@aws-sdk/client-ecr-public";
import { createPublicRepository, dataOf } from "../../registry/public/catalog.ts";
import { publicLimits } from "../../registry/public/public-limits.ts";
import { primaryAlias } from "../../registry/public/registries.ts";
import { checkResourceTags } from "../../registry/repositories/resource-tags.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { catalogAnswer, publicRepositoryAnswer } from "./answers.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { catalogDataInput, catalogWish, publicRepositoryName, publicTags } from "./shapes.ts";

/** Makes an empty public repository; with the first one, the account's default alias. */
export const createRepository = operation("ecr-public:CreateRepository", {
  input: request({
    repositoryName: publicRepositoryName,
    catalogData: catalogDataInput.optional(),
    tags: publicTags.max(200).default([]),
  } satisfies Members<CreateRepositoryRequest>),
  resource: inRepository("CreateRepository"),
  further: ({ tags }, _caller, _environment, resource) =>
    tags.length === 0 ? [] : [{ action: "ecr-public:TagResource", resource }],
  conditions: ({ tags }) => tagConditions(tags),
  access: "Write",
  errors: [
    "InvalidParameter",
    "InvalidTagParameter",
    "TooManyTags",
    "RepositoryAlreadyExists",
    "LimitExceeded",
    "UnsupportedCommand",
  ],
  bodyLimitBytes: publicLimits.catalogRequestBytes,
  async handle(input, context): Promise<Wire<CreateRepositoryResponse>> {
    const { ports, deployment } = context;
    const { registry, name } = repositoryOf(context);
    const catalog = input.catalogData && catalogWish(input.catalogData);
    const tags = checkResourceTags(input.tags);
    const wanted = { registry, name, catalog, resourceTags: tags };
    const repository = await createPublicRepository(ports, wanted);
    const alias = await primaryAlias(ports, registry.account);
    return {
      repository: publicRepositoryAnswer(deployment, repository, alias),
      catalogData: catalog && catalogAnswer(deployment, dataOf(catalog), { alias, name }),
    };
  },
});

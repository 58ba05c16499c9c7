import type {
  GetRepositoryCatalogDataRequest,
  GetRepositoryCatalogDataResponse,
} from "@aws-sdk/client-ecr-public";
import { getCatalogData } from "../../registry/public/catalog.ts";
import { primaryAlias } from "../../registry/public/registries.ts";
import { type Members, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { catalogAnswer } from "./answers.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

/** What is said of a public repository, as it was given. */
export const getRepositoryCatalogData = operation("ecr-public:GetRepositoryCatalogData", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
  } satisfies Members<GetRepositoryCatalogDataRequest>),
  resource: inRepository("GetRepositoryCatalogData"),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "UnsupportedCommand"],
  async handle(_input, context): Promise<Wire<GetRepositoryCatalogDataResponse>> {
    const { ports, deployment } = context;
    const { registry, name } = repositoryOf(context);
    const data = await getCatalogData(ports, registry, name);
    const alias = await primaryAlias(ports, registry.account);
    return { catalogData: catalogAnswer(deployment, data, { alias, name }) };
  },
});

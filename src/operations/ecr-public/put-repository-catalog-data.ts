import type {
  PutRepositoryCatalogDataRequest,
  PutRepositoryCatalogDataResponse,
} from "@aws-sdk/client-ecr-public";
import { putCatalogData } from "../../registry/public/catalog.ts";
import { publicLimits } from "../../registry/public/public-limits.ts";
import { primaryAlias } from "../../registry/public/registries.ts";
import { type Members, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { catalogAnswer } from "./answers.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { catalogDataInput, catalogWish, publicRepositoryName } from "./shapes.ts";

/** Says something else of a public repository; what is left out is gone. */
export const putRepositoryCatalogData = operation("ecr-public:PutRepositoryCatalogData", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
    catalogData: catalogDataInput,
  } satisfies Members<PutRepositoryCatalogDataRequest>),
  resource: inRepository("PutRepositoryCatalogData"),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "UnsupportedCommand"],
  bodyLimitBytes: publicLimits.catalogRequestBytes,
  async handle(input, context): Promise<Wire<PutRepositoryCatalogDataResponse>> {
    const { ports, deployment } = context;
    const { registry, name } = repositoryOf(context);
    const data = await putCatalogData(ports, registry, name, catalogWish(input.catalogData));
    const alias = await primaryAlias(ports, registry.account);
    return { catalogData: catalogAnswer(deployment, data, { alias, name }) };
  },
});

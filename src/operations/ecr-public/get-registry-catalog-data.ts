import type {
  GetRegistryCatalogDataRequest,
  GetRegistryCatalogDataResponse,
} from "@aws-sdk/client-ecr-public";
import { describeRegistry } from "../../registry/public/registries.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inOwnRegistry } from "./resource.ts";

/** The name that the gallery shows of the caller's account where it is verified. */
export const getRegistryCatalogData = operation("ecr-public:GetRegistryCatalogData", {
  input: request({} satisfies Members<GetRegistryCatalogDataRequest>),
  resource: inOwnRegistry("GetRegistryCatalogData"),
  access: "Read",
  errors: ["UnsupportedCommand"],
  async handle(_input, { ports, caller }): Promise<Wire<GetRegistryCatalogDataResponse>> {
    const { registry } = await describeRegistry(ports, caller.account);
    return { registryCatalogData: { displayName: registry?.displayName ?? "" } };
  },
});

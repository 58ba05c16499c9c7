import type {
  PutRegistryCatalogDataRequest,
  PutRegistryCatalogDataResponse,
} from "@aws-sdk/client-ecr-public";
import { putDisplayName } from "../../registry/public/registries.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inOwnRegistry } from "./resource.ts";
import { displayName } from "./shapes.ts";

/** Sets the name that the gallery shows of the caller's account where it is verified. */
export const putRegistryCatalogData = operation("ecr-public:PutRegistryCatalogData", {
  input: request({ displayName } satisfies Members<PutRegistryCatalogDataRequest>),
  resource: inOwnRegistry("PutRegistryCatalogData"),
  access: "Write",
  errors: ["InvalidParameter", "UnsupportedCommand"],
  async handle(input, { ports, caller }): Promise<Wire<PutRegistryCatalogDataResponse>> {
    const name = input.displayName === "" ? undefined : input.displayName;
    await putDisplayName(ports, caller.account, name);
    return { registryCatalogData: { displayName: name ?? "" } };
  },
});

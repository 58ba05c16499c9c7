import { releaseAlias } from "../../registry/public/change-aliases.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { aliasName } from "../ecr-public/shapes.ts";
import { operation } from "../operation.ts";

/** Gives up a name of the caller's public registry; images can not be pulled by it any more. */
export const releasePublicAlias = operation("entrepot:ReleasePublicAlias", {
  input: request({ alias: aliasName }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ alias }, { ports, caller }): Promise<object> {
    await releaseAlias(ports, caller.account, alias);
    return {};
  },
});

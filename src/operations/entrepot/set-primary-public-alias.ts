import { setPrimaryAlias } from "../../registry/public/change-aliases.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { aliasName } from "../ecr-public/shapes.ts";
import { operation } from "../operation.ts";
import { type AliasAnswer, aliasAnswer } from "./alias-answer.ts";

/** Has addresses show this name of the caller's public registry; the others go on to work. */
export const setPrimaryPublicAlias = operation("entrepot:SetPrimaryPublicAlias", {
  input: request({ alias: aliasName }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ alias }, { ports, caller }): Promise<{ alias: AliasAnswer }> {
    return { alias: aliasAnswer(await setPrimaryAlias(ports, caller.account, alias)) };
  },
});

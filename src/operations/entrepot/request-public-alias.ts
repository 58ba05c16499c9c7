import { requestAlias } from "../../registry/public/change-aliases.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { aliasName } from "../ecr-public/shapes.ts";
import { operation } from "../operation.ts";
import { type AliasAnswer, aliasAnswer } from "./alias-answer.ts";

/** Asks for a name for the caller's public registry; the operator decides. */
export const requestPublicAlias = operation("entrepot:RequestPublicAlias", {
  input: request({ alias: aliasName }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "AlreadyExists", "LimitExceeded"],
  async handle({ alias }, { ports, caller }): Promise<{ alias: AliasAnswer }> {
    return { alias: aliasAnswer(await requestAlias(ports, caller.account, alias)) };
  },
});

import type { DeleteAliasRequest } from "@aws-sdk/client-kms";
import { deleteAlias as remove } from "../../registry/kms/key-aliases.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { aliasResource, judgedKey, onKeys } from "./alias-resource.ts";
import { ownRegistry } from "./key-target.ts";
import { aliasName } from "./shapes.ts";

/** Takes the name away; the key stays. */
export const deleteAlias = operation("kms:DeleteAlias", {
  input: request({
    AliasName: aliasName,
  } satisfies Members<DeleteAliasRequest>),
  resource: aliasResource,
  further: ({ AliasName }, caller, environment) =>
    onKeys("kms:DeleteAlias", { AliasName, others: [] }, caller, environment),
  access: "Write",
  errors: ["InvalidAliasName", "NotAuthorized", "NotFound"],
  async handle(
    { AliasName: name },
    { ports, caller, furtherTargets },
  ): Promise<Record<string, never>> {
    const from = judgedKey(name, caller, furtherTargets);
    await remove(ports, { registry: ownRegistry(caller), name }, from);
    return {};
  },
});

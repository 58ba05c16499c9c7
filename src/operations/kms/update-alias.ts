import type { UpdateAliasRequest } from "@aws-sdk/client-kms";
import { invariant } from "../../registry/errors.ts";
import { updateAlias as update } from "../../registry/kms/key-aliases.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { aliasResource, judgedKey, onKeys } from "./alias-resource.ts";
import { ownKeyNamed, ownRegistry } from "./key-target.ts";
import { aliasName, keyId } from "./shapes.ts";

/** Gives the name to another key. */
export const updateAlias = operation("kms:UpdateAlias", {
  input: request({
    AliasName: aliasName,
    TargetKeyId: keyId,
  } satisfies Members<UpdateAliasRequest>),
  resource: aliasResource,
  further: ({ AliasName, TargetKeyId }, caller, environment) =>
    onKeys("kms:UpdateAlias", { AliasName, others: [TargetKeyId] }, caller, environment),
  access: "Write",
  errors: ["InvalidAliasName", "KmsInvalidState", "LimitExceeded", "NotAuthorized", "NotFound"],
  async handle(
    { AliasName: name, TargetKeyId },
    { ports, caller, furtherTargets },
  ): Promise<Record<string, never>> {
    // The last one is the key that the alias is to stand for.
    const from = judgedKey(name, caller, furtherTargets.slice(0, -1));
    const key = await ownKeyNamed(ports, caller, TargetKeyId);
    invariant(key !== undefined, "an alias has a key");
    await update(ports, { registry: ownRegistry(caller), name, key: key.id }, from);
    return {};
  },
});

import type { CreateAliasRequest } from "@aws-sdk/client-kms";
import { invariant } from "../../registry/errors.ts";
import { createAlias as create } from "../../registry/kms/key-aliases.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { aliasResource, onKeys } from "./alias-resource.ts";
import { ownKeyNamed, ownRegistry } from "./key-target.ts";
import { aliasName, keyId } from "./shapes.ts";

/** Gives a key a name; it can have several. */
export const createAlias = operation("kms:CreateAlias", {
  input: request({
    AliasName: aliasName,
    TargetKeyId: keyId,
  } satisfies Members<CreateAliasRequest>),
  resource: aliasResource,
  further: ({ TargetKeyId }, caller, environment) =>
    onKeys("kms:CreateAlias", { others: [TargetKeyId] }, caller, environment),
  access: "Write",
  errors: [
    "AlreadyExists",
    "InvalidAliasName",
    "KmsInvalidState",
    "LimitExceeded",
    "NotAuthorized",
    "NotFound",
  ],
  async handle(
    { AliasName: name, TargetKeyId },
    { ports, caller },
  ): Promise<Record<string, never>> {
    const key = await ownKeyNamed(ports, caller, TargetKeyId);
    invariant(key !== undefined, "an alias has a key");
    await create(ports, { registry: ownRegistry(caller), name, key: key.id });
    return {};
  },
});

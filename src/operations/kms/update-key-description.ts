import type { UpdateKeyDescriptionRequest } from "@aws-sdk/client-kms";
import { changeKey } from "../../registry/kms/change-key.ts";
import { requireNotPending } from "../../registry/kms/require-usable.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { description, keyId } from "./shapes.ts";

/** Replaces what is said about the key. */
export const updateKeyDescription = operation("kms:UpdateKeyDescription", {
  input: request({
    KeyId: keyId,
    Description: description,
  } satisfies Members<UpdateKeyDescriptionRequest>),
  resource: ownKey,
  access: "Write",
  errors: ["NotFound", "KmsInvalidState", "NotAuthorized"],
  async handle({ Description }, { ports, caller, target }): Promise<Record<string, never>> {
    await changeKey(ports, await keyOf(ports, caller, target), (key) => {
      requireNotPending(key);
      return { ...key, description: Description };
    });
    return {};
  },
});

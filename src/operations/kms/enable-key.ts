import type { EnableKeyRequest } from "@aws-sdk/client-kms";
import { changeKey } from "../../registry/kms/change-key.ts";
import { requireNotPending } from "../../registry/kms/require-usable.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** The key is of use again. */
export const enableKey = operation("kms:EnableKey", {
  input: request({
    KeyId: keyId,
  } satisfies Members<EnableKeyRequest>),
  resource: ownKey,
  access: "Write",
  errors: ["NotFound", "KmsInvalidState", "NotAuthorized"],
  async handle(_input, { ports, caller, target }): Promise<Record<string, never>> {
    await changeKey(ports, await keyOf(ports, caller, target), (key) => {
      requireNotPending(key);
      return { ...key, state: "Enabled" };
    });
    return {};
  },
});

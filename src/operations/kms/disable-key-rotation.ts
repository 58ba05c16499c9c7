import type { DisableKeyRotationRequest } from "@aws-sdk/client-kms";
import { disableRotation } from "../../registry/kms/rotate-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** Has the key not rotated by itself any more. */
export const disableKeyRotation = operation("kms:DisableKeyRotation", {
  input: request({
    KeyId: keyId,
  } satisfies Members<DisableKeyRotationRequest>),
  resource: ownKey,
  access: "Write",
  errors: ["NotFound", "Disabled", "KmsInvalidState", "NotAuthorized"],
  async handle(_input, { ports, caller, target }): Promise<Record<string, never>> {
    await disableRotation(ports, await keyOf(ports, caller, target));
    return {};
  },
});

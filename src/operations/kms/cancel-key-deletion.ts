import type { CancelKeyDeletionRequest, CancelKeyDeletionResponse } from "@aws-sdk/client-kms";
import { cancelDeletion } from "../../registry/kms/delete-key.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** The key stays, disabled. */
export const cancelKeyDeletion = operation("kms:CancelKeyDeletion", {
  input: request({
    KeyId: keyId,
  } satisfies Members<CancelKeyDeletionRequest>),
  resource: ownKey,
  access: "Write",
  errors: ["NotFound", "KmsInvalidState", "NotAuthorized"],
  async handle(_input, { ports, caller, target }): Promise<Wire<CancelKeyDeletionResponse>> {
    const key = await cancelDeletion(ports, await keyOf(ports, caller, target));
    return { KeyId: kmsKeyArn(key) };
  },
});

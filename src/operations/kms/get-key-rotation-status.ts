import type {
  GetKeyRotationStatusRequest,
  GetKeyRotationStatusResponse,
} from "@aws-sdk/client-kms";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { epochSeconds } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyByIdOrArn, keyOf } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** Whether, and when next, the key is rotated by itself. */
export const getKeyRotationStatus = operation("kms:GetKeyRotationStatus", {
  input: request({
    KeyId: keyId,
  } satisfies Members<GetKeyRotationStatusRequest>),
  resource: ({ KeyId }, caller, environment) => keyByIdOrArn(KeyId, caller, environment),
  access: "Read",
  errors: ["NotFound"],
  async handle(_input, { ports, caller, target }): Promise<Wire<GetKeyRotationStatusResponse>> {
    const key = await keyOf(ports, caller, target);
    // A key that is about to be deleted is not rotated any more.
    const rotation = key.state === "PendingDeletion" ? undefined : key.rotation;
    return {
      KeyId: key.id,
      KeyRotationEnabled: rotation !== undefined,
      RotationPeriodInDays: rotation?.periodDays,
      NextRotationDate: rotation === undefined ? undefined : epochSeconds(rotation.nextAt),
    };
  },
});

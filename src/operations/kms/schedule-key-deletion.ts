import type { ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse } from "@aws-sdk/client-kms";
import { z } from "zod";
import { scheduleDeletion } from "../../registry/kms/delete-key.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { kmsLimits } from "../../registry/kms/kms-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { epochSeconds } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** The key is of no use from now on, and is destroyed after some days with all that it sealed. */
export const scheduleKeyDeletion = operation("kms:ScheduleKeyDeletion", {
  input: request({
    KeyId: keyId,
    PendingWindowInDays: z
      .int()
      .min(kmsLimits.deletionMinimumDays)
      .max(kmsLimits.deletionMaximumDays)
      .default(kmsLimits.deletionMaximumDays),
  } satisfies Members<ScheduleKeyDeletionRequest>),
  resource: ownKey,
  conditions: ({ PendingWindowInDays }) => ({
    "kms:ScheduleKeyDeletionPendingWindowInDays": String(PendingWindowInDays),
  }),
  access: "Write",
  errors: ["NotFound", "KmsInvalidState", "NotAuthorized"],
  async handle(
    { PendingWindowInDays },
    { ports, caller, target },
  ): Promise<Wire<ScheduleKeyDeletionResponse>> {
    const found = await keyOf(ports, caller, target);
    const key = await scheduleDeletion(ports, found, PendingWindowInDays);
    return {
      KeyId: kmsKeyArn(key),
      DeletionDate: epochSeconds(key.deletionAt ?? 0),
      KeyState: key.state,
      PendingWindowInDays,
    };
  },
});

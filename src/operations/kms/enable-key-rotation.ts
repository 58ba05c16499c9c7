import type { EnableKeyRotationRequest } from "@aws-sdk/client-kms";
import { z } from "zod";
import { kmsLimits } from "../../registry/kms/kms-limits.ts";
import { enableRotation } from "../../registry/kms/rotate-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** Has the key rotated by itself, every year where nothing else is said. */
export const enableKeyRotation = operation("kms:EnableKeyRotation", {
  input: request({
    KeyId: keyId,
    RotationPeriodInDays: z
      .int()
      .min(kmsLimits.rotationMinimumDays)
      .max(kmsLimits.rotationMaximumDays)
      .optional(),
  } satisfies Members<EnableKeyRotationRequest>),
  resource: ownKey,
  conditions: ({ RotationPeriodInDays }) => ({
    "kms:RotationPeriodInDays":
      RotationPeriodInDays === undefined ? undefined : String(RotationPeriodInDays),
  }),
  access: "Write",
  errors: ["NotFound", "Disabled", "KmsInvalidState", "NotAuthorized"],
  async handle(
    { RotationPeriodInDays },
    { ports, caller, target },
  ): Promise<Record<string, never>> {
    await enableRotation(ports, await keyOf(ports, caller, target), RotationPeriodInDays);
    return {};
  },
});

import type { RotateKeyOnDemandRequest, RotateKeyOnDemandResponse } from "@aws-sdk/client-kms";
import { rotateOnDemand } from "../../registry/kms/rotate-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId } from "./shapes.ts";

/** A new version of the key, at once. */
export const rotateKeyOnDemand = operation("kms:RotateKeyOnDemand", {
  input: request({
    KeyId: keyId,
  } satisfies Members<RotateKeyOnDemandRequest>),
  resource: ownKey,
  access: "Write",
  errors: ["NotFound", "Conflict", "Disabled", "KmsInvalidState", "LimitExceeded", "NotAuthorized"],
  async handle(_input, { ports, caller, target }): Promise<Wire<RotateKeyOnDemandResponse>> {
    const { id } = await rotateOnDemand(ports, await keyOf(ports, caller, target));
    return { KeyId: id };
  },
});

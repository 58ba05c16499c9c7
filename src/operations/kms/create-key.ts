import type { CreateKeyRequest, CreateKeyResponse } from "@aws-sdk/client-kms";
import { z } from "zod";
import { createKey as create } from "../../registry/kms/create-key.ts";
import { checkedKeyPolicy } from "../../registry/kms/key-policy.ts";
import { checkKeyTags, withKeyTags } from "../../registry/kms/key-tags.ts";
import { requireNoLockOut } from "../../registry/kms/put-key-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyMetadata } from "./answers.ts";
import { keySpecs, keyUsages, origins, requireSupported } from "./key-kinds.ts";
import { everyKey, ownRegistry } from "./key-target.ts";
import { customKeyStoreId, description, policy, tags } from "./shapes.ts";
import { keyTagConditions } from "./tag-conditions.ts";

/** Makes a symmetric key; what else AWS makes is refused. */
export const createKey = operation("kms:CreateKey", {
  input: request({
    Policy: policy.optional(),
    Description: description.default(""),
    KeyUsage: z.enum(keyUsages).default("ENCRYPT_DECRYPT"),
    CustomerMasterKeySpec: z.enum(keySpecs).optional(),
    KeySpec: z.enum(keySpecs).optional(),
    Origin: z.enum(origins).default("AWS_KMS"),
    CustomKeyStoreId: customKeyStoreId,
    BypassPolicyLockoutSafetyCheck: z.boolean().default(false),
    Tags: tags.default([]),
    MultiRegion: z.boolean().default(false),
    XksKeyId: z.string().min(1).max(128).optional(),
  } satisfies Members<CreateKeyRequest>),
  resource: everyKey,
  further: ({ Tags }, _caller, _environment, resource) =>
    Tags.length === 0 ? [] : [{ action: "kms:TagResource", resource }],
  conditions: (input) => ({
    ...keyTagConditions(input.Tags),
    "kms:BypassPolicyLockoutSafetyCheck": String(input.BypassPolicyLockoutSafetyCheck),
    "kms:KeySpec": input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT",
    "kms:KeyUsage": input.KeyUsage,
    "kms:KeyOrigin": input.Origin,
    "kms:MultiRegion": String(input.MultiRegion),
  }),
  access: "Write",
  errors: ["LimitExceeded", "MalformedPolicyDocument", "Tag", "UnsupportedOperation"],
  async handle(input, { ports, caller }): Promise<Wire<CreateKeyResponse>> {
    requireSupported(input);
    const { Policy: text, Description: description, Tags } = input;
    const tags = withKeyTags([], checkKeyTags(Tags));
    const policy = text === undefined ? undefined : await checkedKeyPolicy(ports, text);
    const wanted = { registry: ownRegistry(caller), description, policy, tags };
    const isChecked = policy !== undefined && !input.BypassPolicyLockoutSafetyCheck;
    const key = await create(ports, wanted, (made) =>
      isChecked ? requireNoLockOut(ports, made, caller) : Promise.resolve(),
    );
    return { KeyMetadata: keyMetadata(key) };
  },
});

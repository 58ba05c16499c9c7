import type { DescribeKeyRequest, DescribeKeyResponse } from "@aws-sdk/client-kms";
import { awsManagedKey } from "../../registry/kms/create-key.ts";
import { kmsAliasArn } from "../../registry/kms/kms-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyMetadata } from "./answers.ts";
import { anyKey, keyOf, ownRegistry, useConditions } from "./key-target.ts";
import { grantTokens, keyId } from "./shapes.ts";
import { checkGrantTokens } from "./use.ts";

/** All that is told of a key. */
export const describeKey = operation("kms:DescribeKey", {
  input: request({
    KeyId: keyId,
    GrantTokens: grantTokens,
  } satisfies Members<DescribeKeyRequest>),
  resource: ({ KeyId }, caller, environment) => anyKey(KeyId, caller, environment),
  conditions: useConditions,
  access: "Read",
  errors: ["InvalidGrantToken", "NotFound"],
  async handle({ GrantTokens }, { ports, caller, target }): Promise<Wire<DescribeKeyResponse>> {
    checkGrantTokens(ports, GrantTokens);
    const registry = ownRegistry(caller);
    // Asked for by its alias, the key of a service is made. Source: KMS API, DescribeKey.
    const name = "alias/aws/ecr";
    const isService = target.arn === kmsAliasArn({ registry, name });
    const key = isService
      ? await awsManagedKey(ports, registry, name)
      : await keyOf(ports, caller, target);
    return { KeyMetadata: keyMetadata(key) };
  },
});

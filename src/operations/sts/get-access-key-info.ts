import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from "@aws-sdk/client-sts";
import { RegistryError } from "../../registry/errors.ts";
import { accountOfKey } from "../../registry/identity/find-access-key.ts";
import { request } from "../iam/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accessKeyId } from "./shapes.ts";

/**
 * Which account an access key belongs to, whether it is active or not. Differs from AWS, where the key
 * itself says that: keys that were deleted are not known any more. Source: STS API, GetAccessKeyInfo.
 */
export const getAccessKeyInfo = operation("sts:GetAccessKeyInfo", {
  input: request({ AccessKeyId: accessKeyId } satisfies Members<GetAccessKeyInfoRequest>),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["Validation"],
  async handle({ AccessKeyId }, { ports, organization }): Promise<GetAccessKeyInfoResponse> {
    const account = await accountOfKey(ports, organization, AccessKeyId);
    if (account !== undefined) return { Account: account };
    throw new RegistryError("Validation", `The access key ${AccessKeyId} is not known.`);
  },
});

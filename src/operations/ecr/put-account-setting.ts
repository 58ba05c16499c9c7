import type { PutAccountSettingRequest, PutAccountSettingResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { putAccountSetting as put } from "../../registry/repositories/account-settings.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { accountSettingName, type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Sets a setting of the account in this region. Idempotent. */
export const putAccountSetting = operation("ecr:PutAccountSetting", {
  input: request({
    name: accountSettingName,
    value: z.string(),
  } satisfies Members<PutAccountSettingRequest>),
  resource: registryResource,
  conditions: ({ name }) => ({ "ecr:AccountSetting": name }),
  access: "Write",
  errors: ["InvalidParameter", "Validation", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<Wire<PutAccountSettingResponse>> {
    const { name, value } = await put(ports, registryOf(caller), input.name, input.value);
    return { name, value };
  },
});

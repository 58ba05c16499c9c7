import type { GetAccountSettingRequest, GetAccountSettingResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { getAccountSetting as find } from "../../registry/repositories/account-settings.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { accountSettingName, type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** A setting of the account in this region, or its default. */
export const getAccountSetting = operation("ecr:GetAccountSetting", {
  input: request({ name: accountSettingName } satisfies Members<GetAccountSettingRequest>),
  resource: registryResource,
  conditions: ({ name }) => ({ "ecr:AccountSetting": name }),
  access: "Read",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<GetAccountSettingResponse>> {
    const { name, value } = await find(ports, registryOf(caller), input.name);
    return { name, value };
  },
});

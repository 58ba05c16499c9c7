import type { UpdateAccountPasswordPolicyRequest } from "@aws-sdk/client-iam";
import { putPasswordPolicy } from "../../registry/identity/password-policy.ts";
import { limits } from "../../registry/limits.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountResource } from "./account-resource.ts";
import { boolean, integer, request } from "./shapes.ts";

/** Sets the whole policy: what is not given is as IAM has it where nothing is asked for. */
export const updateAccountPasswordPolicy = operation("iam:UpdateAccountPasswordPolicy", {
  input: request({
    MinimumPasswordLength: integer(6, limits.passwordCharacters).default(6),
    RequireSymbols: boolean.default(false),
    RequireNumbers: boolean.default(false),
    RequireUppercaseCharacters: boolean.default(false),
    RequireLowercaseCharacters: boolean.default(false),
    AllowUsersToChangePassword: boolean.default(false),
    MaxPasswordAge: integer(1, limits.passwordAgeDays).optional(),
    PasswordReusePrevention: integer(1, limits.rememberedPasswords).optional(),
    HardExpiry: boolean.default(false),
  } satisfies Members<UpdateAccountPasswordPolicyRequest>),
  resource: accountResource,
  access: "Write",
  errors: [],
  async handle(input, { ports, caller }): Promise<void> {
    await putPasswordPolicy(ports, caller.principal.account, {
      minimumLength: input.MinimumPasswordLength,
      requiresSymbols: input.RequireSymbols,
      requiresNumbers: input.RequireNumbers,
      requiresUppercase: input.RequireUppercaseCharacters,
      requiresLowercase: input.RequireLowercaseCharacters,
      usersMayChange: input.AllowUsersToChangePassword,
      maximumAgeDays: input.MaxPasswordAge,
      remembered: input.PasswordReusePrevention,
      isHardExpiry: input.HardExpiry,
    });
  },
});

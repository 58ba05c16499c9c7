import type { ChangePasswordRequest } from "@aws-sdk/client-iam";
import { RegistryError } from "../../registry/errors.ts";
import { changePassword as change } from "../../registry/identity/login-profiles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { meantLogin } from "./login-answer.ts";
import { allowedByPasswordPolicy } from "./password-grant.ts";
import { password, request } from "./shapes.ts";
import { meantResource } from "./user-resource.ts";

/**
 * The password of the very user that calls. Every user may where the account's password policy says
 * so.
 */
export const changePassword = operation("iam:ChangePassword", {
  input: request({
    OldPassword: password,
    NewPassword: password,
  } satisfies Members<ChangePasswordRequest>),
  async resource(_input, caller, environment) {
    if (caller.principal.type !== "User") throw noUser();
    const user = await meantResource({}, caller, environment);
    return { ...user, policies: await allowedByPasswordPolicy(environment.ports, caller) };
  },
  access: "Write",
  errors: [
    "AccessDenied",
    "EntityTemporarilyUnmodifiable",
    "InvalidUserType",
    "NoSuchEntity",
    "PasswordPolicyViolation",
    "Throttling",
  ],
  async handle({ OldPassword, NewPassword }, { ports, caller }): Promise<void> {
    await change(ports, meantLogin({}, caller), { old: OldPassword, next: NewPassword });
  },
});

function noUser(): RegistryError {
  return new RegistryError("InvalidUserType", "Only IAM Users can change their own password.");
}

import type { UpdateLoginProfileRequest } from "@aws-sdk/client-iam";
import { updateLoginProfile as update } from "../../registry/identity/login-profiles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { meantLogin } from "./login-answer.ts";
import { boolean, password, request, userName } from "./shapes.ts";
import { userResource } from "./user-resource.ts";

/** Sets a user's password, or whether it must be changed, or both. */
export const updateLoginProfile = operation("iam:UpdateLoginProfile", {
  input: request({
    UserName: userName,
    Password: password.optional(),
    PasswordResetRequired: boolean.optional(),
  } satisfies Members<UpdateLoginProfileRequest>),
  resource: userResource,
  access: "Write",
  errors: [
    "EntityTemporarilyUnmodifiable",
    "NoSuchEntity",
    "PasswordPolicyViolation",
    "Throttling",
  ],
  async handle(input, { ports, caller }): Promise<void> {
    await update(ports, meantLogin(input, caller), {
      password: input.Password,
      resetRequired: input.PasswordResetRequired,
    });
  },
});

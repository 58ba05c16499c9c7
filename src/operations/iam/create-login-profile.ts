import type { CreateLoginProfileRequest, CreateLoginProfileResponse } from "@aws-sdk/client-iam";
import { createLoginProfile as create } from "../../registry/identity/login-profiles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { loginAnswer, meantLogin } from "./login-answer.ts";
import { boolean, ownUserName, password, request } from "./shapes.ts";
import { meantUserResource } from "./user-resource.ts";

/** Gives a user a password for the console. */
export const createLoginProfile = operation("iam:CreateLoginProfile", {
  input: request({
    UserName: ownUserName,
    Password: password,
    PasswordResetRequired: boolean.default(false),
  } satisfies Members<CreateLoginProfileRequest>),
  resource: meantUserResource,
  access: "Write",
  errors: ["EntityAlreadyExists", "NoSuchEntity", "PasswordPolicyViolation", "Throttling"],
  async handle(input, { ports, caller }): Promise<QueryWire<CreateLoginProfileResponse>> {
    const user = meantLogin(input, caller);
    const login = await create(ports, user, {
      password: input.Password,
      resetRequired: input.PasswordResetRequired,
    });
    return { LoginProfile: loginAnswer(user.name, login) };
  },
});

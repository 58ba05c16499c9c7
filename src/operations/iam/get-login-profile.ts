import type { GetLoginProfileRequest, GetLoginProfileResponse } from "@aws-sdk/client-iam";
import { findLoginProfile } from "../../registry/identity/login-profiles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { loginAnswer, meantLogin } from "./login-answer.ts";
import { ownUserName, request } from "./shapes.ts";
import { meantUserResource } from "./user-resource.ts";

/** That the user has a password, and since when. */
export const getLoginProfile = operation("iam:GetLoginProfile", {
  input: request({ UserName: ownUserName } satisfies Members<GetLoginProfileRequest>),
  resource: meantUserResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetLoginProfileResponse>> {
    const user = meantLogin(input, caller);
    return { LoginProfile: loginAnswer(user.name, await findLoginProfile(ports, user)) };
  },
});

import type { DeleteLoginProfileRequest } from "@aws-sdk/client-iam";
import { deleteLoginProfile as remove } from "../../registry/identity/login-profiles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { meantLogin } from "./login-answer.ts";
import { ownUserName, request } from "./shapes.ts";
import { meantUserResource } from "./user-resource.ts";

/** Takes a user's password away; its access keys are another matter. */
export const deleteLoginProfile = operation("iam:DeleteLoginProfile", {
  input: request({ UserName: ownUserName } satisfies Members<DeleteLoginProfileRequest>),
  resource: meantUserResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await remove(ports, meantLogin(input, caller));
  },
});

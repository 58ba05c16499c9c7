import type { CloseAccountRequest } from "@aws-sdk/client-organizations";
import { closeAccount as close } from "../../registry/identity/close-account.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountResource } from "./resource.ts";
import { accountId } from "./shapes.ts";

/** Shuts an account: all its keys, sessions and tokens end within five seconds; its data stays. */
export const closeAccount = operation("organizations:CloseAccount", {
  input: request({ AccountId: accountId } satisfies Members<CloseAccountRequest>),
  resource: ({ AccountId }, _caller, environment) => accountResource(AccountId, environment),
  access: "Write",
  errors: ["AccountAlreadyClosed", "AccountNotFound", "ConstraintViolation"],
  async handle({ AccountId }, { ports, organization }): Promise<Record<string, never>> {
    await close(ports, organization, AccountId);
    return {};
  },
});

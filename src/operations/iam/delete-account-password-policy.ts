import { removePasswordPolicy } from "../../registry/identity/password-policy.ts";
import { operation } from "../operation.ts";
import { accountResource } from "./account-resource.ts";
import { request } from "./shapes.ts";

/** From then on the account goes by IAM's default. */
export const deleteAccountPasswordPolicy = operation("iam:DeleteAccountPasswordPolicy", {
  input: request({}),
  resource: accountResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle(_input, { ports, caller }): Promise<void> {
    await removePasswordPolicy(ports, caller.principal.account);
  },
});

import type { GetAccountPasswordPolicyResponse } from "@aws-sdk/client-iam";
import { findPasswordPolicy, noPasswordPolicy } from "../../registry/identity/password-policy.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { accountResource } from "./account-resource.ts";
import { allowedByPasswordPolicy } from "./password-grant.ts";
import { request } from "./shapes.ts";

/** The account's own policy for passwords; that it goes by the default is NoSuchEntity. */
export const getAccountPasswordPolicy = operation("iam:GetAccountPasswordPolicy", {
  input: request({}),
  async resource(input, caller, { ports }) {
    const policies = await allowedByPasswordPolicy(ports, caller);
    return { ...accountResource(input, caller), policies };
  },
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(_input, { ports, caller }): Promise<QueryWire<GetAccountPasswordPolicyResponse>> {
    const { account } = caller.principal;
    const policy = await findPasswordPolicy(ports, account);
    if (policy === undefined) throw noPasswordPolicy(account);
    return {
      PasswordPolicy: {
        MinimumPasswordLength: policy.minimumLength,
        RequireSymbols: policy.requiresSymbols,
        RequireNumbers: policy.requiresNumbers,
        RequireUppercaseCharacters: policy.requiresUppercase,
        RequireLowercaseCharacters: policy.requiresLowercase,
        AllowUsersToChangePassword: policy.usersMayChange,
        ExpirePasswords: policy.maximumAgeDays !== undefined,
        MaxPasswordAge: policy.maximumAgeDays,
        PasswordReusePrevention: policy.remembered,
        HardExpiry: policy.isHardExpiry,
      },
    };
  },
});

import type { LoginProfile as LoginShape } from "@aws-sdk/client-iam";
import type { LoginProfile } from "../../registry/identity/entity.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { requireMeantUser } from "./user-resource.ts";

/** Whose password an input means, as the registry takes it. */
export function meantLogin(input: { readonly UserName?: string | undefined }, caller: Caller) {
  return { account: caller.principal.account, name: requireMeantUser(input, caller) };
}

/** What there is to say of a password. */
export function loginAnswer(user: string, login: LoginProfile): QueryWire<LoginShape> {
  return {
    UserName: user,
    CreateDate: isoTime(login.createdAt),
    PasswordResetRequired: login.resetRequired,
  };
}

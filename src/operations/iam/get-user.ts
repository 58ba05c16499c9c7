import type { GetUserRequest, GetUserResponse } from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Principal } from "../../registry/identity/principal.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { ownUserName, request } from "./shapes.ts";
import { userAnswer } from "./user-answer.ts";
import { meantResource, meantUser } from "./user-resource.ts";

/** A user, or else who calls: the user that it is, or the account's root. */
export const getUser = operation("iam:GetUser", {
  input: request({ UserName: ownUserName } satisfies Members<GetUserRequest>),
  resource: meantResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<RootOr<QueryWire<GetUserResponse>>> {
    const name = meantUser(input, caller);
    if (name === undefined) return { User: await rootAnswer(ports, caller.principal) };
    return { User: userAnswer(await findEntity(ports, caller.principal.account, "user", name)) };
  },
});

/** Root has neither path nor name, whatever the model says. */
type RootOr<Answer> = Answer | { readonly User: Awaited<ReturnType<typeof rootAnswer>> };

async function rootAnswer({ metadata }: Pick<Ports, "metadata">, { account, arn }: Principal) {
  const createdAt = (await metadata.identity.accounts.find(account))?.createdAt ?? 0;
  return { UserId: account, Arn: arn, CreateDate: isoTime(createdAt) };
}

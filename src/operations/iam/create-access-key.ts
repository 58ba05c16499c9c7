import type { CreateAccessKeyRequest, CreateAccessKeyResponse } from "@aws-sdk/client-iam";
import { createAccessKey as create } from "../../registry/identity/access-keys.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { keyAnswer, type NamelessForRoot } from "./key-answer.ts";
import { ownUserName, request } from "./shapes.ts";
import { meantResource, meantUser } from "./user-resource.ts";

/** A key for the user, or for who calls. Its secret is told this once. */
export const createAccessKey = operation("iam:CreateAccessKey", {
  input: request({ UserName: ownUserName } satisfies Members<CreateAccessKeyRequest>),
  resource: meantResource,
  access: "Write",
  errors: ["LimitExceeded", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { account } = caller.principal;
    const user = meantUser(input, caller);
    const { key, secretAccessKey } = await create(ports, { account, user });
    return { AccessKey: { ...keyAnswer(user, key), SecretAccessKey: secretAccessKey } };
  },
});

type Key = NonNullable<QueryWire<CreateAccessKeyResponse>["AccessKey"]>;
interface Answer {
  readonly AccessKey: NamelessForRoot<Key>;
}

import type { DeleteAccessKeyRequest } from "@aws-sdk/client-iam";
import { deleteAccessKey as remove } from "../../registry/identity/access-keys.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accessKeyId, ownUserName, request } from "./shapes.ts";
import { meantResource, meantUser } from "./user-resource.ts";

/** Removes a key, and with it all registry tokens that were got by it. */
export const deleteAccessKey = operation("iam:DeleteAccessKey", {
  input: request({
    UserName: ownUserName,
    AccessKeyId: accessKeyId,
  } satisfies Members<DeleteAccessKeyRequest>),
  resource: meantResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const owner = { account: caller.principal.account, user: meantUser(input, caller) };
    await remove(ports, owner, input.AccessKeyId);
  },
});

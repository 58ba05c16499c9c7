import type { UpdateAccessKeyRequest } from "@aws-sdk/client-iam";
import { z } from "zod";
import { setAccessKeyStatus } from "../../registry/identity/access-keys.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accessKeyId, ownUserName, request } from "./shapes.ts";
import { meantResource, meantUser } from "./user-resource.ts";

/** Switches a key on or off; whoever signs with it is refused from then on. */
export const updateAccessKey = operation("iam:UpdateAccessKey", {
  input: request({
    UserName: ownUserName,
    AccessKeyId: accessKeyId,
    Status: z.enum(["Active", "Inactive"]),
  } satisfies Members<UpdateAccessKeyRequest>),
  resource: meantResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const owner = { account: caller.principal.account, user: meantUser(input, caller) };
    await setAccessKeyStatus(ports, owner, input.AccessKeyId, input.Status);
  },
});

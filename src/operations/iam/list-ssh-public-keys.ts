import type { ListSSHPublicKeysRequest, ListSSHPublicKeysResponse } from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { requireMeant } from "./require-meant.ts";
import { marker, maxItems, ownUserName, request } from "./shapes.ts";
import { meantResource } from "./user-resource.ts";

/** None: there is nothing here that they would open. */
export const listSshPublicKeys = operation("iam:ListSSHPublicKeys", {
  input: request({
    UserName: ownUserName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListSSHPublicKeysRequest>),
  resource: meantResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListSSHPublicKeysResponse>> {
    await requireMeant(ports, input, caller);
    return { SSHPublicKeys: [], IsTruncated: false };
  },
});

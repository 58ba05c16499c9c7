import type { ListMFADevicesRequest, ListMFADevicesResponse } from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { requireMeant } from "./require-meant.ts";
import { marker, maxItems, ownUserName, request } from "./shapes.ts";
import { meantResource } from "./user-resource.ts";

/** None: nobody signs in with a device here. */
export const listMfaDevices = operation("iam:ListMFADevices", {
  input: request({
    UserName: ownUserName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListMFADevicesRequest>),
  resource: meantResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListMFADevicesResponse>> {
    await requireMeant(ports, input, caller);
    return { MFADevices: [], IsTruncated: false };
  },
});

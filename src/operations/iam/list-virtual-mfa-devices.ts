import type {
  ListVirtualMFADevicesRequest,
  ListVirtualMFADevicesResponse,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { accountResource } from "./account-resource.ts";
import { marker, maxItems, request } from "./shapes.ts";

/** None: nobody signs in with a device here. */
export const listVirtualMfaDevices = operation("iam:ListVirtualMFADevices", {
  input: request({
    AssignmentStatus: z.enum(["Assigned", "Unassigned", "Any"]).default("Any"),
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListVirtualMFADevicesRequest>),
  resource: accountResource,
  access: "List",
  errors: [],
  async handle(): Promise<QueryWire<ListVirtualMFADevicesResponse>> {
    return { VirtualMFADevices: [], IsTruncated: false };
  },
});

import type { ListKeyPoliciesRequest, ListKeyPoliciesResponse } from "@aws-sdk/client-kms";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId, marker, pageLimit } from "./shapes.ts";

/** The names of the key's policies: there is one. */
export const listKeyPolicies = operation("kms:ListKeyPolicies", {
  input: request({
    KeyId: keyId,
    Limit: pageLimit(1000),
    Marker: marker,
  } satisfies Members<ListKeyPoliciesRequest>),
  resource: ownKey,
  access: "List",
  errors: ["NotFound"],
  async handle(_input, { ports, caller, target }): Promise<Wire<ListKeyPoliciesResponse>> {
    await keyOf(ports, caller, target);
    return { PolicyNames: ["default"], Truncated: false };
  },
});

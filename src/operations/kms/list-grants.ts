import type { ListGrantsRequest, ListGrantsResponse } from "@aws-sdk/client-kms";
import { z } from "zod";
import type { PageRequest } from "../../ports/metadata-store.ts";
import { findGrantPrincipal } from "../../registry/kms/create-grant.ts";
import type { KmsGrant } from "../../registry/kms/kms-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { grantEntry } from "./answers.ts";
import { keyByIdOrArn, keyOf } from "./key-target.ts";
import { keyPage } from "./page.ts";
import { grantId, keyId, marker, pageLimit, principal } from "./shapes.ts";
import { requireNoServicePrincipal } from "./use.ts";

/** The grants of a key by id, all of them or those of one principal. */
export const listGrants = operation("kms:ListGrants", {
  input: request({
    Limit: pageLimit(100),
    Marker: marker,
    KeyId: keyId,
    GrantId: grantId.optional(),
    GranteePrincipal: principal.optional(),
    GranteeServicePrincipal: z.string().optional(),
  } satisfies Members<ListGrantsRequest>),
  resource: ({ KeyId }, caller, environment) => keyByIdOrArn(KeyId, caller, environment),
  access: "List",
  errors: ["InvalidMarker", "NotFound", "UnsupportedOperation"],
  async handle(input, { ports, caller, target }): Promise<Wire<ListGrantsResponse>> {
    requireNoServicePrincipal(input.GranteeServicePrincipal);
    const key = await keyOf(ports, caller, target);
    const { GranteePrincipal, GrantId } = input;
    const grantee = GranteePrincipal && (await findGrantPrincipal(ports, GranteePrincipal));
    const { grants } = ports.metadata.kms;
    if (GrantId !== undefined) {
      const found = await grants.find(key, GrantId);
      const fits = found !== undefined && (grantee === undefined || found.grantee === grantee);
      return { Grants: fits ? [await grantEntry(ports, found)] : [], Truncated: false };
    }
    const listing = {
      ...{ operation: "ListGrants", registry: key.registry },
      ...{ narrowedBy: [key.id, grantee], size: 50 },
      fetch: (page: PageRequest<string>) => grants.list(key, page, { grantee }),
      key: ({ id }: KmsGrant) => id,
    };
    const { items, end } = await keyPage(ports, listing, input);
    return { Grants: await Promise.all(items.map((grant) => grantEntry(ports, grant))), ...end };
  },
});

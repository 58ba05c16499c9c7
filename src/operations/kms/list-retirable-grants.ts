import type { ListGrantsResponse, ListRetirableGrantsRequest } from "@aws-sdk/client-kms";
import { z } from "zod";
import type { PageRequest } from "../../ports/metadata-store.ts";
import { RegistryError } from "../../registry/errors.ts";
import { accountOfPrincipal } from "../../registry/identity/principal-by-arn.ts";
import { findGrantPrincipal } from "../../registry/kms/create-grant.ts";
import type { KmsGrant } from "../../registry/kms/kms-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { grantEntry } from "./answers.ts";
import { everyKey, ownRegistry } from "./key-target.ts";
import { keyPage } from "./page.ts";
import { marker, pageLimit, principal } from "./shapes.ts";
import { requireNoServicePrincipal } from "./use.ts";

/** Grants on keys of the account in the region that a principal of the account may retire. */
export const listRetirableGrants = operation("kms:ListRetirableGrants", {
  input: request({
    Limit: pageLimit(100),
    Marker: marker,
    RetiringPrincipal: principal.optional(),
    RetiringServicePrincipal: z.string().optional(),
  } satisfies Members<ListRetirableGrantsRequest>),
  resource: everyKey,
  access: "List",
  errors: ["InvalidArn", "InvalidMarker", "UnsupportedOperation"],
  async handle(input, { ports, caller }): Promise<Wire<ListGrantsResponse>> {
    requireNoServicePrincipal(input.RetiringServicePrincipal);
    const { RetiringPrincipal: who = "" } = input;
    if (accountOfPrincipal(who) !== caller.principal.account) {
      throw new RegistryError("InvalidArn", `ARN is not of a principal of this account: ${who}`);
    }
    const registry = ownRegistry(caller);
    const retiring = await findGrantPrincipal(ports, who);
    const listing = {
      ...{ operation: "ListRetirableGrants", registry, narrowedBy: [retiring], size: 50 },
      fetch: ({ after, limit }: PageRequest<string>) =>
        ports.metadata.kms.grants.retirable(registry, retiring, { after: placeOf(after), limit }),
      key: ({ key, id }: KmsGrant) => `${key.id}/${id}`,
    };
    const { items, end } = await keyPage(ports, listing, input);
    return { Grants: await Promise.all(items.map((grant) => grantEntry(ports, grant))), ...end };
  },
});

function placeOf(position: string | undefined): { key: string; id: string } | undefined {
  const [key = "", id = ""] = position?.split("/") ?? [];
  return position === undefined ? undefined : { key, id };
}

import type { ListAliasesRequest, ListAliasesResponse } from "@aws-sdk/client-kms";
import type { PageRequest } from "../../ports/metadata-store.ts";
import type { KmsAlias } from "../../registry/kms/kms-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { aliasEntry } from "./answers.ts";
import { everyKey, ownKeyNamed, ownRegistry } from "./key-target.ts";
import { keyPage } from "./page.ts";
import { keyId, marker, pageLimit } from "./shapes.ts";

/** The aliases of the account in the region, or of one key, by name. */
export const listAliases = operation("kms:ListAliases", {
  input: request({
    KeyId: keyId.optional(),
    Limit: pageLimit(100),
    Marker: marker,
  } satisfies Members<ListAliasesRequest>),
  resource: everyKey,
  access: "List",
  errors: ["InvalidMarker", "NotFound"],
  async handle(input, { ports, caller }): Promise<Wire<ListAliasesResponse>> {
    const registry = ownRegistry(caller);
    const { aliases } = ports.metadata.kms;
    const key = await ownKeyNamed(ports, caller, input.KeyId);
    const listing = {
      ...{ operation: "ListAliases", registry, narrowedBy: [key?.id], size: 50 },
      fetch: (page: PageRequest<string>) =>
        key === undefined ? aliases.list(registry, page) : aliases.of(key, page),
      key: ({ name }: KmsAlias) => name,
    };
    const { items, end } = await keyPage(ports, listing, input);
    return { Aliases: items.map(aliasEntry), ...end };
  },
});

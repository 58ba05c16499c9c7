import type { ListKeysRequest, ListKeysResponse } from "@aws-sdk/client-kms";
import type { PageRequest } from "../../ports/metadata-store.ts";
import { type KmsKey, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { limits } from "../../registry/limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { everyKey, ownRegistry } from "./key-target.ts";
import { keyPage } from "./page.ts";
import { marker, pageLimit } from "./shapes.ts";

/** The keys of the account in the region, by id. */
export const listKeys = operation("kms:ListKeys", {
  input: request({
    Limit: pageLimit(1000),
    Marker: marker,
  } satisfies Members<ListKeysRequest>),
  resource: everyKey,
  access: "List",
  errors: ["InvalidMarker"],
  async handle(input, { ports, caller }): Promise<Wire<ListKeysResponse>> {
    const registry = ownRegistry(caller);
    const listing = {
      ...{ operation: "ListKeys", registry, size: limits.pageDefault },
      fetch: (page: PageRequest<string>) => ports.metadata.kms.keys.list(registry, page),
      key: ({ id }: KmsKey) => id,
    };
    const { items, end } = await keyPage(ports, listing, input);
    return { Keys: items.map((key) => ({ KeyId: key.id, KeyArn: kmsKeyArn(key) })), ...end };
  },
});

import type { ListSecretsRequest, ListSecretsResponse } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { listSecrets as list } from "../../registry/secrets/list-secrets.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { facts, labelled } from "./answers.ts";
import { pageOf } from "./page.ts";
import { anyResource, ownRegistry } from "./secret-target.ts";
import { filters, maxResults, nextToken, sortBy, sortOrder } from "./shapes.ts";

/** The secrets of the account in the region that fit all filters. */
export const listSecrets = operation("secretsmanager:ListSecrets", {
  input: request({
    IncludePlannedDeletion: z.boolean().default(false),
    MaxResults: maxResults(secretLimits.page),
    NextToken: nextToken,
    Filters: filters,
    SortOrder: sortOrder,
    SortBy: sortBy,
  } satisfies Members<ListSecretsRequest>),
  resource: anyResource,
  access: "List",
  errors: ["InvalidNextToken", "InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Wire<ListSecretsResponse>> {
    const registry = ownRegistry(caller);
    const { IncludePlannedDeletion: withDeleted, SortBy, SortOrder, Filters } = input;
    const given = Filters.map(({ Key, Values }) => ({ key: Key, values: Values }));
    const order = { sortBy: SortBy, descending: SortOrder === "desc" };
    const found = await list(ports, registry, { filters: given, withDeleted, ...order });
    const narrowedBy = [JSON.stringify([withDeleted, SortBy, SortOrder, Filters])];
    const listing = { operation: "ListSecrets", registry, narrowedBy };
    const { items, end } = pageOf(ports, listing, found, ({ name }) => name, input);
    const entries = items.map((secret) => ({
      ...facts(secret),
      SecretVersionsToStages: labelled(secret),
    }));
    return { SecretList: entries, ...end };
  },
});

import type { Tag } from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import type { ResourceTag } from "../../registry/identity/entity.ts";
import type { AccountId } from "../../registry/names.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage, listingOf, type PageEnd, type Paging } from "./page.ts";
import { tagsAnswer } from "./tags-and-boundary.ts";

/** One page of a resource's tags, by key. `of` tells the resource from others. */
export async function tagsPage(
  ports: Pick<Ports, "keys">,
  listing: { readonly operation: string; readonly account: AccountId; readonly of: string },
  tags: readonly ResourceTag[],
  paging: Paging,
): Promise<{ readonly Tags: QueryWire<Tag>[] } & PageEnd> {
  const { operation, account, of } = listing;
  const sorted = tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { items, end } = await iamPage(
    ports,
    { operation, account, narrowedBy: [of], ...listingOf(sorted, ({ key }) => key) },
    paging,
  );
  return { Tags: tagsAnswer(items), ...end };
}

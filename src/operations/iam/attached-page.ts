import type { AttachedPolicy } from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import type { Entity } from "../../registry/identity/entity.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage, listingOf, type PageEnd, type Paging } from "./page.ts";

/** One page of the managed policies that an entity has, by ARN; only those whose path begins so. */
export async function attachedPage(
  ports: Pick<Ports, "metadata" | "keys">,
  operation: string,
  entity: Entity,
  { PathPrefix = "/", ...paging }: Paging & { readonly PathPrefix?: string | undefined },
): Promise<{ readonly AttachedPolicies: QueryWire<AttachedPolicy>[] } & PageEnd> {
  const arns = await ports.metadata.identity.policies.attached(entity);
  const { items, end } = await iamPage(
    ports,
    {
      ...{ operation, account: entity.account, narrowedBy: [entity.id, PathPrefix] },
      ...listingOf(
        arns.filter((arn) => arn.slice(arn.indexOf("/")).startsWith(PathPrefix)).toSorted(),
        (arn) => arn,
      ),
    },
    paging,
  );
  return { AttachedPolicies: items.map(attachedAnswer), ...end };
}

export function attachedAnswer(arn: string): QueryWire<AttachedPolicy> {
  return { PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn };
}

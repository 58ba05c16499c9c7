import { limits } from "../../registry/limits.ts";
import type { AccountId } from "../../registry/names.ts";
import { type PublicRegistry, publicRegistryOf } from "../../registry/public/public-registry.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type PublisherAnswer, publisherAnswer } from "./publisher-answer.ts";

/** The accounts that the operator vouches for. For the operator. */
export const listVerifiedPublishers = operation("entrepot:ListVerifiedPublishers", {
  input: request({ nextToken, maxResults }),
  resource: organizationResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ publishers: PublisherAnswer[]; nextToken?: string | undefined }> {
    const registry = publicRegistryOf(caller.account);
    const listing = { operation: "ListVerifiedPublishers", registry };
    const { items, more, last } = await readPage<PublicRegistry, AccountId>({
      after: openPosition(ports, listing, input.nextToken) as AccountId | undefined,
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => ports.metadata.publicRegistries.verified(page),
      key: ({ account }) => account,
    });
    const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
    return { publishers: items.map(publisherAnswer), nextToken: next };
  },
});

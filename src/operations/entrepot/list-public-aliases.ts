import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { aliasStatuses } from "../../registry/public/alias.ts";
import { publicRegistryOf } from "../../registry/public/public-registry.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type AliasAnswer, aliasAnswer } from "./alias-answer.ts";

/** The names of all public registries, and those that wait to be decided on. For the operator. */
export const listPublicAliases = operation("entrepot:ListPublicAliases", {
  input: request({ status: z.enum(aliasStatuses).optional(), nextToken, maxResults }),
  resource: organizationResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ aliases: AliasAnswer[]; nextToken?: string | undefined }> {
    const { status } = input;
    const registry = publicRegistryOf(caller.account);
    const listing = { operation: "ListPublicAliases", registry, narrowedBy: [status] };
    const { items, more, last } = await readPage({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => ports.metadata.publicRegistries.listAliases(page, { status }),
      key: ({ name }) => name,
    });
    const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
    return { aliases: items.map(aliasAnswer), nextToken: next };
  },
});

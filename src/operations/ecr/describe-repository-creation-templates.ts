import type {
  DescribeRepositoryCreationTemplatesRequest,
  DescribeRepositoryCreationTemplatesResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import {
  type CreationTemplate,
  templateKey,
} from "../../registry/creation-templates/creation-template.ts";
import { templateLimits } from "../../registry/creation-templates/template-limits.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry } from "../../registry/names.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { registryResource } from "./resource.ts";
import { type Members, maxResults, nextToken, request } from "./shapes.ts";
import { templateAnswer } from "./template-answer.ts";
import { templatePrefix } from "./template-shapes.ts";
import type { Wire } from "./wire.ts";

const input = request({
  prefixes: z.array(templatePrefix).max(templateLimits.prefixesPerRequest).optional(),
  nextToken,
  maxResults,
} satisfies Members<DescribeRepositoryCreationTemplatesRequest>);

/** The templates of these prefixes, in their order, or all of the registry; one that is not there is left out. */
export const describeRepositoryCreationTemplates = operation(
  "ecr:DescribeRepositoryCreationTemplates",
  {
    input,
    resource: registryResource,
    access: "Read",
    errors: ["Validation", "InvalidParameter"],
    async handle(
      asked,
      { ports, caller },
    ): Promise<Wire<DescribeRepositoryCreationTemplatesResponse>> {
      const registry = registryOf(caller);
      const { templates, next } = await find(ports, registry, asked);
      const shown = [];
      for (const template of templates) shown.push(await templateAnswer(ports, template));
      return {
        registryId: registry.account,
        repositoryCreationTemplates: shown,
        ...(next === undefined ? {} : { nextToken: next }),
      };
    },
  },
);

interface Found {
  readonly templates: readonly CreationTemplate[];
  readonly next?: string | undefined;
}

async function find(
  ports: Ports,
  registry: Registry,
  { prefixes = [], ...paging }: z.output<typeof input>,
): Promise<Found> {
  const { creationTemplates } = ports.metadata;
  if (prefixes.length > 0) {
    if (paging.nextToken !== undefined || paging.maxResults !== undefined) {
      throw invalidParameter("maxResults", "maxResults can't be set when prefixes is set");
    }
    const keys = [...new Set(prefixes.map(templateKey))];
    const found = await creationTemplates.at(registry, keys);
    const byKey = new Map(found.map((template) => [template.key, template]));
    return { templates: keys.flatMap((key) => byKey.get(key) ?? []) };
  }
  const listing = { operation: "DescribeRepositoryCreationTemplates", registry };
  const { items, more, last } = await readPage<CreationTemplate, string>({
    after: openPosition(ports, listing, paging.nextToken),
    size: paging.maxResults ?? limits.pageDefault,
    fetch: (page) => creationTemplates.list(registry, page),
    key: ({ key }) => key,
  });
  const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
  return { templates: items, next };
}

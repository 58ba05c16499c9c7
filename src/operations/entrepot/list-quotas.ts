import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { withUsage } from "../../registry/quotas/put-quota.ts";
import type { Quota, QuotaPlace, QuotaUnit } from "../../registry/quotas/quota.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type QuotaAnswer, quotaAnswer } from "./quota-answer.ts";

/** The quotas of the caller's registry by prefix and unit, with what is used of them. */
export const listQuotas = operation("entrepot:ListQuotas", {
  input: request({ maxResults, nextToken }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<{ quotas: QuotaAnswer[]; nextToken?: string }> {
    const registry = registryOf(caller);
    const listing = { operation: "ListQuotas", registry };
    const start = openPosition(ports, listing, input.nextToken);
    const page = await readPage<Quota, QuotaPlace>({
      after: start === undefined ? undefined : toPlace(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.quotas.list(registry, part),
      key: ({ prefix, unit }) => ({ prefix, unit }),
    });
    const quotas = (await withUsage(ports, registry, page.items)).map(quotaAnswer);
    if (!page.more || page.last === undefined) return { quotas };
    return { quotas, nextToken: sealPosition(ports, listing, toText(page.last)) };
  },
});

// Neither holds a space.
function toText({ prefix, unit }: QuotaPlace): string {
  return `${unit} ${prefix}`;
}

function toPlace(text: string): QuotaPlace {
  const [unit, prefix = ""] = text.split(" ");
  return { unit: unit as QuotaUnit, prefix };
}

import { z } from "zod";
import { costLimits } from "../../registry/cost/cost-limits.ts";
import { monthAt, parseMonth } from "../../registry/cost/cost-month.ts";
import {
  type CostLine,
  type CostLineKind,
  costGroups,
  costSummary,
  costTotal,
} from "../../registry/cost/cost-summary.ts";
import { isCostKind } from "../../registry/cost/cost-usage.ts";
import { over, textOf } from "../../registry/cost/fraction.ts";
import { type PriceTable, perUnit, priceUnits } from "../../registry/cost/price-table.ts";
import { pricesInForce } from "../../registry/cost/stored-prices.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import {
  costResource,
  costScope,
  type MoneyAnswer,
  moneyAnswer,
  moneyAnswers,
  registriesOf,
  requireTagKey,
} from "./cost-answer.ts";

export interface CostLineAnswer extends MoneyAnswer {
  readonly kind: CostLineKind;
  readonly key: string;
  /** Of a repository. */
  readonly registryId?: string;
  readonly region?: string;
  /** Of KIND: how much was used, in the unit of its price. */
  readonly quantity?: string;
  readonly unit?: string;
}

interface Summary {
  readonly month: string;
  /** Whether the month is over, or what is told is up to now. */
  readonly complete: boolean;
  readonly currency: string;
  readonly total: MoneyAnswer;
  /** They add up to the total. */
  readonly lines: readonly CostLineAnswer[];
  /** Totals of the months before, the oldest first, and of this one. */
  readonly history?: readonly (MoneyAnswer & { readonly month: string })[];
  readonly nextToken?: string;
}

/**
 * What was used costs in a month of UTC, by repository, resource tag, account, region or kind. Lines
 * come by what they cost; what is on no line is folded into one, on every page.
 */
export const getCostSummary = operation("entrepot:GetCostSummary", {
  input: request({
    month: z.string().max(7).optional(),
    scope: costScope,
    groupBy: z.enum(costGroups).optional(),
    tagKey: z.string().min(1).max(128).optional(),
    monthsBack: z.int().min(0).max(costLimits.monthsBack).optional(),
    maxResults: z.int().min(1).max(costLimits.lines).optional(),
    nextToken,
  }),
  resource: costResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(input, context): Promise<Summary> {
    const { ports, caller, deployment } = context;
    const { groupBy = "REPOSITORY", scope, tagKey, monthsBack } = input;
    requireTagKey(groupBy, tagKey);
    const now = ports.clock.now();
    const month = input.month === undefined ? monthAt(now) : parseMonth(input.month);
    const { table } = await pricesInForce(ports, deployment);
    const registries = await registriesOf(input, caller, context);
    const listing = {
      operation: "GetCostSummary",
      registry: registryOf(caller),
      narrowedBy: [month.name, scope, groupBy, tagKey],
    };
    const skip = Number(openPosition(ports, listing, input.nextToken) ?? 0);
    const limit = input.maxResults ?? costLimits.linesDefault;
    const wish = { table, month, now, groupBy, tagKey, skip, limit };
    const { total, lines, more } = await costSummary(ports, registries, wish);
    const amounts = moneyAnswers(lines.map(({ amount }) => amount));
    const history = [];
    for (let back = monthsBack ?? 0; back > 0; back -= 1) {
      const earlier = monthAt(month.from, back);
      const amount = await costTotal(ports, registries, { table, month: earlier, now });
      history.push({ month: earlier.name, ...moneyAnswer(amount) });
    }
    return {
      ...{ month: month.name, complete: month.to <= now, currency: table.currency },
      total: moneyAnswer(total),
      lines: lines.map((line, index) =>
        lineAnswer(line, table, month.to - month.from, amounts[index]!),
      ),
      ...(monthsBack === undefined
        ? {}
        : { history: [...history, { month: month.name, ...moneyAnswer(total) }] }),
      ...(more ? { nextToken: sealPosition(ports, listing, String(skip + limit)) } : {}),
    };
  },
});

function lineAnswer(
  { kind, key, registry, quantity }: CostLine,
  table: PriceTable,
  monthMs: number,
  money: MoneyAnswer,
): CostLineAnswer {
  const used =
    quantity === undefined || !isCostKind(key)
      ? {}
      : {
          quantity: textOf(
            over({ numerator: quantity, denominator: 1n }, perUnit(table, key, monthMs)),
            6,
          ),
          unit: priceUnits[key],
        };
  return {
    ...{ kind, key, ...money, ...used },
    ...(registry === undefined ? {} : { registryId: registry.account, region: registry.region }),
  };
}

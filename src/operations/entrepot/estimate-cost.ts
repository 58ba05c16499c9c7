import { z } from "zod";
import { costLimits } from "../../registry/cost/cost-limits.ts";
import {
  compareCosts,
  type Estimate,
  estimateCost as estimate,
} from "../../registry/cost/estimate-cost.ts";
import {
  type Fraction,
  fraction,
  parseDecimal,
  plus,
  textOf,
  zero,
} from "../../registry/cost/fraction.ts";
import { type PriceName, priceUnits } from "../../registry/cost/price-table.ts";
import { pricesInForce } from "../../registry/cost/stored-prices.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type MoneyAnswer, moneyAnswer, moneyAnswers } from "./cost-answer.ts";

const amount = z.number().min(0).max(costLimits.estimateAmount).optional();
const destinations = {
  REGION: "transferRegion",
  OTHER_REGION: "transferOtherRegion",
  INTERNET: "transferInternet",
  PUBLIC: "transferPublic",
} as const satisfies Record<string, PriceName>;
type Destination = keyof typeof destinations;

interface EstimateAnswer {
  /** Of the price table. */
  readonly name: string;
  readonly currency: string;
  readonly total: MoneyAnswer;
  /** They add up to the total. */
  readonly lines: readonly (MoneyAnswer & {
    readonly name: PriceName;
    readonly units: string;
    readonly unit: string;
  })[];
  /** What would be used and has no known price: the total is without it. */
  readonly unknown: readonly PriceName[];
}

/**
 * What a month of planned use would cost here, and elsewhere as far as that is known. A GB is what the
 * price table calls one: 2^30 bytes, unless it says otherwise.
 */
export const estimateCost = operation("entrepot:EstimateCost", {
  input: request({
    storageGB: amount,
    archiveStorageGB: amount,
    requests: amount,
    /** Each is added to those of the same destination. */
    transfers: z
      .array(
        z.object({
          destination: z.enum(Object.keys(destinations) as [Destination, ...Destination[]]),
          gigabytes: z.number().min(0).max(costLimits.estimateAmount),
        }),
      )
      .max(costLimits.estimateTransfers)
      .optional(),
    keys: amount,
    keyRequests: amount,
    basicScans: amount,
    enhancedScans: amount,
  }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, deployment },
  ): Promise<EstimateAnswer & { readonly comparisons: readonly EstimateAnswer[] }> {
    const { table } = await pricesInForce(ports, deployment);
    const use = new Map<PriceName, Fraction>([
      ["storage", unitsOf(input.storageGB)],
      ["archiveStorage", unitsOf(input.archiveStorageGB)],
      ["requests", unitsOf(input.requests, 10_000n)],
      ["keys", unitsOf(input.keys)],
      ["keyRequests", unitsOf(input.keyRequests, 10_000n)],
      ["basicScans", unitsOf(input.basicScans)],
      ["enhancedScans", unitsOf(input.enhancedScans)],
    ]);
    for (const { destination, gigabytes } of input.transfers ?? []) {
      const name = destinations[destination];
      use.set(name, plus(use.get(name) ?? zero, unitsOf(gigabytes)));
    }
    return {
      ...answer(estimate(table, use)),
      comparisons: compareCosts(table, use).map(answer),
    };
  },
});

const digits = 9;

function unitsOf(number = 0, each = 1n): Fraction {
  const units = parseDecimal(number.toFixed(digits)) ?? fraction(BigInt(Math.round(number)));
  return fraction(units.numerator, units.denominator * each);
}

function answer({ table, lines, total, unknown }: Estimate): EstimateAnswer {
  const amounts = moneyAnswers(lines.map((line) => line.amount));
  return {
    ...{ name: table.name, currency: table.currency, total: moneyAnswer(total) },
    lines: lines.map(({ name, units }, index) => ({
      ...{ name, units: textOf(units, 6), unit: priceUnits[name] },
      ...amounts[index]!,
    })),
    unknown,
  };
}

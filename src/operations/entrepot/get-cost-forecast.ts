import { type CostForecast, costForecast } from "../../registry/cost/cost-forecast.ts";
import { costLimits } from "../../registry/cost/cost-limits.ts";
import type { CostKind } from "../../registry/cost/cost-usage.ts";
import { pricesInForce } from "../../registry/cost/stored-prices.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import {
  costResource,
  costScope,
  type MoneyAnswer,
  moneyAnswer,
  moneyAnswers,
  registriesOf,
} from "./cost-answer.ts";

interface Forecast {
  readonly month: string;
  readonly currency: string;
  readonly soFar: MoneyAnswer;
  /** At the month's end. */
  readonly total: MoneyAnswer;
  readonly kinds: readonly {
    readonly kind: CostKind;
    readonly soFar: MoneyAnswer;
    readonly total: MoneyAnswer;
  }[];
  readonly storedBytes: number;
  readonly storedBytesAtEnd: number;
  /** What lifecycle rules will have given back by the month's end beyond what they did lately. */
  readonly expiringBytes: number;
  /** It goes by what was used since then: seconds since the epoch. */
  readonly knownSince: number;
  readonly assumptions: readonly string[];
}

/** What this month of UTC will have cost at its end, and what that takes for granted. */
export const getCostForecast = operation("entrepot:GetCostForecast", {
  input: request({ scope: costScope }),
  resource: costResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(input, context): Promise<Forecast> {
    const { ports, caller, deployment } = context;
    const { table } = await pricesInForce(ports, deployment);
    const registries = await registriesOf(input, caller, context);
    const forecast = await costForecast(ports, registries, table, ports.clock.now());
    const { month, storedBytes, storedBytesAtEnd, kinds, knownSince, expiringBytes } = forecast;
    const soFar = moneyAnswers(kinds.map((kind) => kind.soFar));
    const total = moneyAnswers(kinds.map((kind) => kind.total));
    return {
      ...{ month: month.name, currency: table.currency },
      ...{ soFar: moneyAnswer(forecast.soFar), total: moneyAnswer(forecast.total) },
      kinds: kinds.map(({ kind }, index) => ({
        kind,
        soFar: soFar[index]!,
        total: total[index]!,
      })),
      ...{ storedBytes, storedBytesAtEnd, expiringBytes, knownSince: epochSeconds(knownSince) },
      assumptions: assumptionsOf(forecast, ports.clock.now()),
    };
  },
});

const dayMs = 86_400_000;

function assumptionsOf({ knownSince, hasYoung }: CostForecast, now: number): string[] {
  const days = ((now - knownSince) / dayMs).toFixed(1);
  const least = costLimits.trendLeastMs / dayMs;
  return [
    `It goes by the last ${days} days: of up to ${costLimits.forecastDays}, as far as they are known.`,
    "Storage goes on growing or shrinking as in that time, and never below nothing; what lifecycle rules took is in that trend.",
    "Lifecycle rules take besides what will be due of the images of now, as it was found in the last day.",
    ...(hasYoung
      ? [
          `Where less than ${least} days are known there is no trend: what is stored stays as it is.`,
        ]
      : []),
    "Requests, transfer and key requests go on at the pace of that time; what is known for less than a day is taken for that of one.",
    "KMS keys stay as many as there are now.",
    "Prices stay as they are now.",
  ];
}

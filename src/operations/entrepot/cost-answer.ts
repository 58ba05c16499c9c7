import { z } from "zod";
import { costLimits } from "../../registry/cost/cost-limits.ts";
import { costRegistries } from "../../registry/cost/cost-registries.ts";
import {
  decimalText,
  type Fraction,
  roundedTogether,
  textOf,
} from "../../registry/cost/fraction.ts";
import {
  type PriceFigure,
  type PriceName,
  type PriceTable,
  priceNames,
  priceUnits,
} from "../../registry/cost/price-table.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { registryResource } from "../ecr/resource.ts";
import type { Environment } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";

/** Whose costs: of the registry that is asked, of its account in all regions, or of all accounts. */
export const costScopes = ["REGISTRY", "ACCOUNT", "ORGANIZATION"] as const;
export const costScope = z.enum(costScopes).optional();
type Scoped = { readonly scope?: (typeof costScopes)[number] | undefined };

/** All accounts are for who may ask for the organization: the management account's principals. */
export function costResource(input: Scoped, caller: Caller, environment: Environment): Resource {
  if (input.scope !== "ORGANIZATION") return registryResource(input, caller);
  return organizationResource(input, caller, environment);
}

export async function registriesOf(
  { scope = "ACCOUNT" }: Scoped,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<readonly Registry[]> {
  const own = registryOf(caller);
  if (scope === "REGISTRY") return [own];
  return costRegistries(ports, scope === "ORGANIZATION" ? undefined : own.account);
}

/** Money as it is shown, and with more digits; both add up to those of the whole. */
export interface MoneyAnswer {
  /** With the digits of cents: `75.25`. */
  readonly amount: string;
  readonly exactAmount: string;
}

const { centDigits, exactDigits } = costLimits;

export function moneyAnswer(amount: Fraction): MoneyAnswer {
  return { amount: textOf(amount, centDigits), exactAmount: textOf(amount, exactDigits) };
}

/** Rounded together, so that they add up to their rounded sum. */
export function moneyAnswers(amounts: readonly Fraction[]): MoneyAnswer[] {
  const cents = roundedTogether(amounts, centDigits);
  const exact = roundedTogether(amounts, exactDigits);
  return amounts.map((_, index) => ({
    amount: decimalText(cents[index] ?? 0n, centDigits),
    exactAmount: decimalText(exact[index] ?? 0n, exactDigits),
  }));
}

export interface PriceTableAnswer {
  readonly name: string;
  readonly currency: string;
  readonly gigabyteBytes: number;
  readonly figures: Readonly<Partial<Record<PriceName, PriceFigure & { readonly unit: string }>>>;
}

export function priceTableAnswer({ figures, ...table }: PriceTable): PriceTableAnswer {
  const answered = priceNames.flatMap((name) => {
    const figure = figures[name];
    return figure === undefined ? [] : [[name, { unit: priceUnits[name], ...figure }] as const];
  });
  return { ...table, figures: Object.fromEntries(answered) };
}

/** Refuses a member that says nothing where another one is not what it needs. */
export function requireTagKey(groupBy: string, tagKey: string | undefined): void {
  if ((groupBy === "TAG") === (tagKey !== undefined)) return;
  throw invalidParameter("tagKey", "goes with groupBy TAG, and groupBy TAG with it");
}

import { costLimits } from "./cost-limits.ts";
import { compared, parseDecimal } from "./fraction.ts";
import {
  numberOf,
  type PriceFigure,
  type PriceName,
  type PriceTable,
  type PriceTier,
  priceNames,
  priceUnits,
} from "./price-table.ts";

/** What is wrong with a price table, as the end of a sentence. */
export class PriceError extends Error {}

type Members = Readonly<Record<string, unknown>>;

/**
 * A price table as somebody wrote it, laid over another one: what it leaves out is as it is there.
 * In another currency than that one it has to have all figures.
 * @param value parsed JSON
 * @throws PriceError
 */
export function readPriceTable(value: unknown, base: PriceTable): PriceTable {
  const table = members(value, "the price table", ["name", "currency", "gigabyteBytes", "figures"]);
  const currency = table.currency === undefined ? base.currency : readCurrency(table.currency);
  const wanted = members(table.figures ?? {}, "figures", priceNames);
  const figures: Partial<Record<PriceName, PriceFigure>> = {};
  for (const name of priceNames) {
    const own = wanted[name];
    const known = currency === base.currency ? base.figures[name] : undefined;
    const figure = own === undefined ? known : readFigure(own, name);
    if (figure !== undefined) figures[name] = figure;
    else throw new PriceError(`has no ${name}, which is known in ${base.currency} only`);
  }
  return {
    name:
      table.name === undefined
        ? base.name
        : readText(table.name, "name", costLimits.priceNameCharacters),
    currency,
    gigabyteBytes: readGigabyte(table.gigabyteBytes) ?? base.gigabyteBytes,
    figures,
  };
}

/**
 * The same from JSON.
 * @throws PriceError
 */
export function parsePriceTable(text: string, base: PriceTable): PriceTable {
  if (text.length > costLimits.priceTableCharacters) {
    throw new PriceError(`has more than ${costLimits.priceTableCharacters} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PriceError("is no JSON");
  }
  return readPriceTable(value, base);
}

function readFigure(value: unknown, name: PriceName): PriceFigure {
  const known = ["amount", "unit", "free", "tiers", "source", "date"];
  const figure = members(value, name, known);
  const unit = priceUnits[name];
  if (figure.unit !== undefined && figure.unit !== unit) {
    throw new PriceError(`has a unit of ${name} that is not "${unit}"`);
  }
  const free = figure.free === undefined ? undefined : readAmount(figure.free, `${name}.free`);
  const tiers = figure.tiers === undefined ? undefined : readTiers(figure.tiers, name, free);
  return {
    amount: readAmount(figure.amount, `${name}.amount`),
    ...(free === undefined ? {} : { free }),
    ...(tiers === undefined ? {} : { tiers }),
    source: readText(figure.source ?? "", `${name}.source`, costLimits.priceSourceCharacters),
    date: readDate(figure.date ?? "", name),
  };
}

function readTiers(value: unknown, name: PriceName, free = "0"): PriceTier[] {
  if (!Array.isArray(value) || value.length > costLimits.priceTiers) {
    throw new PriceError(
      `has tiers of ${name} that are no list of at most ${costLimits.priceTiers}`,
    );
  }
  let before = numberOf(free);
  return value.map((each: unknown, index) => {
    const place = `${name}.tiers[${index}]`;
    const tier = members(each, place, ["beyond", "amount"]);
    const beyond = readAmount(tier.beyond, `${place}.beyond`);
    if (compared(numberOf(beyond), before) <= 0) {
      throw new PriceError(`has a ${place}.beyond that is not more than what comes before it`);
    }
    before = numberOf(beyond);
    return { beyond, amount: readAmount(tier.amount, `${place}.amount`) };
  });
}

/** A decimal; as a number only where that is short enough to be what was written. */
function readAmount(value: unknown, place: string): string {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text === "string" && parseDecimal(text) !== undefined) return text;
  throw new PriceError(
    `has no ${place} that is a decimal such as "0.10", not negative and with at most 12 digits behind the point`,
  );
}

function readText(value: unknown, place: string, most: number): string {
  if (typeof value === "string" && value.length <= most) return value;
  throw new PriceError(`has a ${place} that is no text of at most ${most} characters`);
}

function readDate(value: unknown, name: PriceName): string {
  if (value === "" || (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)))
    return value;
  throw new PriceError(`has a ${name}.date that is not like 2026-01-31`);
}

function readCurrency(value: unknown): string {
  if (typeof value === "string" && /^[A-Z]{3}$/.test(value)) return value;
  throw new PriceError("has a currency that is not three capital letters, such as USD");
}

function readGigabyte(value: unknown): number | undefined {
  if (value === undefined || value === 1e9 || value === 2 ** 30) return value as number | undefined;
  throw new PriceError("has a gigabyteBytes that is neither 1073741824 nor 1000000000");
}

function members(value: unknown, place: string, known: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PriceError(`has something as ${place} that is no JSON object`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return value as Members;
  throw new PriceError(
    `has an unknown name in ${place}: "${unknown.slice(0, 64)}"; known are ${known.join(", ")}`,
  );
}

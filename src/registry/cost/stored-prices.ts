import type { Ports } from "../../ports/ports.ts";
import { deploymentKey } from "../claim-store.ts";
import { invalidParameter } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { defaultPrices } from "./default-prices.ts";
import type { PriceTable } from "./price-table.ts";
import { PriceError, parsePriceTable, readPriceTable } from "./read-price-table.ts";

const setting = "PRICE_TABLE";

/** Where the table in force comes from: what somebody put, the setting, or neither. */
export type PriceOrigin = "PUT" | "SETTING" | "DEFAULT";

/** Of a deployment: its management account, and what its settings say of prices. */
export interface PricePlace {
  readonly account: AccountId;
  readonly prices?: PriceTable | undefined;
}

/**
 * What things cost in this deployment at this moment: what was put, laid over the setting, laid over
 * the defaults. It is read each time, so that a change is in force at once, in every replica.
 */
export async function pricesInForce(
  { metadata }: Pick<Ports, "metadata">,
  place: PricePlace,
): Promise<{ table: PriceTable; origin: PriceOrigin }> {
  const base = place.prices ?? defaultPrices;
  const text = await metadata.settings.find(deploymentKey(place.account), setting);
  if (text === undefined) return { table: base, origin: place.prices ? "SETTING" : "DEFAULT" };
  // What was put is whole, so that another setting does not change it.
  return { table: parsePriceTable(text, base), origin: "PUT" };
}

/**
 * Puts a price table in the place of the one in force. Figures that it leaves out become those of the
 * setting, or the defaults.
 * @throws InvalidParameter with what is wrong
 */
export async function putPrices(
  { metadata }: Pick<Ports, "metadata">,
  place: PricePlace,
  value: unknown,
): Promise<PriceTable> {
  const table = read(value, place.prices ?? defaultPrices);
  const text = JSON.stringify(table);
  await metadata.transaction(({ settings }) =>
    settings.put(deploymentKey(place.account), setting, text),
  );
  return table;
}

/** Back to the setting, or the defaults. False when nobody had put a table. */
export function deletePrices(
  { metadata }: Pick<Ports, "metadata">,
  { account }: PricePlace,
): Promise<boolean> {
  return metadata.transaction(({ settings }) => settings.remove(deploymentKey(account), setting));
}

function read(value: unknown, base: PriceTable): PriceTable {
  try {
    return readPriceTable(value, base);
  } catch (error) {
    if (error instanceof PriceError) throw invalidParameter("priceTable", error.message);
    throw error;
  }
}

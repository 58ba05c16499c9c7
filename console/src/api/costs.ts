import type { estimateCost } from "../../../src/operations/entrepot/estimate-cost.ts";
import type { getCostForecast } from "../../../src/operations/entrepot/get-cost-forecast.ts";
import type { getCostSummary } from "../../../src/operations/entrepot/get-cost-summary.ts";
import type { getPriceTable } from "../../../src/operations/entrepot/get-price-table.ts";
import type { listCostSavings } from "../../../src/operations/entrepot/list-cost-savings.ts";
import { type AnswerOf, ask } from "./own.ts";

export type CostSummary = AnswerOf<typeof getCostSummary>;
export type CostLine = CostSummary["lines"][number];
export type CostForecast = AnswerOf<typeof getCostForecast>;
export type Savings = AnswerOf<typeof listCostSavings>;
export type Saving = Savings["savings"][number];
export type Prices = AnswerOf<typeof getPriceTable>;
export type Estimate = AnswerOf<typeof estimateCost>;

interface Page {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface CostQuestion extends Page {
  readonly month?: string;
  readonly scope?: string;
  readonly groupBy?: string;
  readonly tagKey?: string;
  readonly monthsBack?: number;
}

export interface PlannedUse {
  readonly storageGB?: number;
  readonly archiveStorageGB?: number;
  readonly requests?: number;
  readonly keys?: number;
  readonly keyRequests?: number;
  readonly enhancedScans?: number;
  readonly transfers?: readonly { readonly destination: string; readonly gigabytes: number }[];
}

export function costSummary(input: CostQuestion, signal: AbortSignal) {
  return ask("GetCostSummary", input, signal);
}

export function costForecast(signal: AbortSignal) {
  return ask("GetCostForecast", {}, signal);
}

export function costSavings(input: Page, signal: AbortSignal) {
  return ask("ListCostSavings", input, signal);
}

export function priceTable(signal: AbortSignal) {
  return ask("GetPriceTable", {}, signal);
}

export function estimate(input: PlannedUse, signal: AbortSignal) {
  return ask("EstimateCost", input, signal);
}

/** `entrepot quota`: what repositories may hold together, and ECR's own quotas. */
import type { QuotaAnswer } from "../../operations/entrepot/quota-answer.ts";
import type { ServiceQuotaAnswer } from "../../operations/entrepot/service-quota-answer.ts";
import { CommandError } from "./client.ts";
import type { Server } from "./server.ts";
import { bytesOf, sizeText } from "./sizes.ts";
import { tableText } from "./table.ts";

export interface QuotaWish {
  readonly prefix: string;
  readonly unit: string;
  readonly soft: string | undefined;
  readonly hard: string | undefined;
}

export function listQuotas(server: Server): Promise<QuotaAnswer[]> {
  return server.all("entrepot:ListQuotas", "quotas", {});
}

/**
 * Both limits are as they are given here: one that is not is none.
 * @throws CommandError for words that are no limits, and Refusal
 */
export async function setQuota(server: Server, wish: QuotaWish): Promise<QuotaAnswer> {
  const unit = unitOf(wish.unit);
  const [soft, hard] = [wish.soft, wish.hard].map((text) =>
    text === undefined ? undefined : limitOf(text, unit),
  );
  const { prefix } = wish;
  return (await server.call("entrepot:PutQuota", { prefix, unit, soft, hard })).quota;
}

/** @throws CommandError for what is no unit, and Refusal when there is no such quota */
export async function deleteQuota(
  server: Server,
  { prefix, ...wish }: Pick<QuotaWish, "prefix" | "unit">,
): Promise<Pick<QuotaAnswer, "prefix" | "unit">> {
  const unit = unitOf(wish.unit);
  await server.call("entrepot:DeleteQuota", { prefix, unit });
  return { prefix: prefix.replace(/\/$/, ""), unit };
}

export async function listServiceQuotas(server: Server): Promise<readonly ServiceQuotaAnswer[]> {
  return (await server.call("entrepot:ListServiceQuotas", {})).quotas;
}

/** @throws CommandError for what is no number, and Refusal */
export async function setServiceQuota(
  server: Server,
  quotaCode: string,
  value: string,
): Promise<ServiceQuotaAnswer> {
  const input = { quotaCode, desiredValue: countOf(value) };
  return (await server.call("entrepot:PutServiceQuota", input)).quota;
}

/** @throws Refusal */
export async function resetServiceQuota(
  server: Server,
  quotaCode: string,
): Promise<ServiceQuotaAnswer> {
  return (await server.call("entrepot:DeleteServiceQuota", { quotaCode })).quota;
}

function unitOf(text: string): QuotaAnswer["unit"] {
  const unit = text.toUpperCase();
  if (unit === "BYTES" || unit === "IMAGES") return unit;
  throw new CommandError(`"${text}" is no unit of a quota: use bytes or images`, 2);
}

function limitOf(text: string, unit: QuotaAnswer["unit"]): number {
  return unit === "BYTES" ? bytesOf(text) : countOf(text);
}

function countOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CommandError(`"${text}" is no whole number`, 2);
}

export function quotasText(quotas: readonly QuotaAnswer[], width: number): string {
  if (quotas.length === 0) return "There are no quotas.";
  return tableText(
    ["PREFIX", { whole: "UNIT" }, { whole: "USED" }, { whole: "SOFT" }, { whole: "HARD" }, "STATE"],
    quotas.map((quota) => [
      ...[placeText(quota.prefix), quota.unit.toLowerCase(), amountText(quota.used, quota.unit)],
      ...[amountText(quota.soft, quota.unit), amountText(quota.hard, quota.unit)],
      stateText(quota),
    ]),
    width,
  );
}

export function quotaText(quota: QuotaAnswer): string {
  const { prefix, unit, used, soft, hard } = quota;
  const limits = [
    ...(soft === undefined ? [] : [`soft ${amountText(soft, unit)}`]),
    ...(hard === undefined ? [] : [`hard ${amountText(hard, unit)}`]),
  ].join(", ");
  return `Quota of ${unit.toLowerCase()} at ${placeText(prefix)}: ${limits}; used ${amountText(used, unit)}; ${stateText(quota)}.`;
}

export function serviceQuotasText(quotas: readonly ServiceQuotaAnswer[], width: number): string {
  return tableText(
    [{ whole: "CODE" }, "NAME", { whole: "VALUE" }, { whole: "DEFAULT" }, "ADJUSTABLE"],
    quotas.map(({ quotaCode, quotaName, value, defaultValue, adjustable }) => [
      ...[quotaCode, quotaName, String(value), String(defaultValue), adjustable ? "yes" : "no"],
    ]),
    width,
  );
}

export function serviceQuotaText({ quotaName, quotaCode, value }: ServiceQuotaAnswer): string {
  return `${quotaName} (${quotaCode}): ${value}.`;
}

export function placeText(prefix: string): string {
  return prefix === "" ? "/" : prefix;
}

function amountText(amount: number | undefined, unit: QuotaAnswer["unit"]): string {
  if (amount === undefined) return "-";
  return unit === "BYTES" ? sizeText(amount) : String(amount);
}

function stateText({ state, overSoft, overHard }: QuotaAnswer): string {
  if (state === "COUNTING") return "counting what is there";
  if (overHard) return "over the hard limit";
  return overSoft ? "over the soft limit" : "ok";
}

import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { Bill, type SplitBill, splitBill } from "./bill.ts";
import { costLimits } from "./cost-limits.ts";
import { type CostMonth, lengthMs } from "./cost-month.ts";
import { added, costKinds, nothing, type Quantities } from "./cost-usage.ts";
import { compared, type Fraction, minus, plus, sumOf, zero } from "./fraction.ts";
import { KeptParts } from "./kept-parts.ts";
import { registryUsage, repositoryUsage } from "./month-usage.ts";
import type { PriceTable } from "./price-table.ts";

export const costGroups = ["REPOSITORY", "TAG", "ACCOUNT", "REGION", "KIND"] as const;
export type CostGroup = (typeof costGroups)[number];

/** What a line is about: one of a group, or what no line of the group has. */
export type CostLineKind =
  | CostGroup
  /** Of TAG: repositories that do not have it. */
  | "UNTAGGED"
  /** Storage that several repositories stand on, or of which it is not known that one does alone. */
  | "SHARED"
  /** What is no repository's: requests about none, and keys. */
  | "REGISTRY"
  /** All that would be on further lines. */
  | "OTHERS";

export interface CostLine {
  readonly kind: CostLineKind;
  /** The repository's name, the tag's value, the account and so on; empty of what has none. */
  readonly key: string;
  /** Whose registry, of a repository. */
  readonly registry: Registry | undefined;
  readonly amount: Fraction;
  /** Of KIND: how much was used. */
  readonly quantity: bigint | undefined;
}

export interface CostWish {
  readonly table: PriceTable;
  readonly month: CostMonth;
  /** Nothing after that time is looked at. */
  readonly now: number;
  readonly groupBy: CostGroup;
  /** Of TAG. */
  readonly tagKey?: string | undefined;
  /** Lines of the group that are left out, those that cost most first, and then given. */
  readonly skip: number;
  readonly limit: number;
}

export interface CostSummary {
  readonly total: Fraction;
  /** First lines of the group, by what they cost; then the others. They add up to the total. */
  readonly lines: readonly CostLine[];
  /** Whether more lines of the group can be given. */
  readonly more: boolean;
}

/**
 * What registries cost in a month of UTC, up to now. Storage is what was stored once, on average of
 * the whole month; what a repository pays of it is what it alone holds.
 */
export async function costSummary(
  ports: Pick<Ports, "metadata">,
  registries: readonly Registry[],
  wish: CostWish,
): Promise<CostSummary> {
  const { groupBy } = wish;
  if (groupBy === "REPOSITORY" || groupBy === "TAG") {
    return summaryOfRepositories(ports, registries, { ...wish, groupBy });
  }
  const lines = new Map<string, CostLine>();
  for (const registry of registries) {
    const used = await registryUsage(ports, registry, rangeOf(wish));
    const bill = new Bill(wish.table, used, lengthMs(wish.month));
    for (const line of linesOf(registry, used, bill, groupBy)) merge(lines, line.key, line);
  }
  const all = [...lines.values()];
  return summary(sumOf(all.map(({ amount }) => amount)), all, [], wish);
}

/** What registries cost in a month, all in all. */
export async function costTotal(
  ports: Pick<Ports, "metadata">,
  registries: readonly Registry[],
  { table, month, now }: Pick<CostWish, "table" | "month" | "now">,
): Promise<Fraction> {
  let total = zero;
  for (const registry of registries) {
    const used = await registryUsage(ports, registry, rangeOf({ month, now }));
    total = plus(total, new Bill(table, used, lengthMs(month)).total);
  }
  return total;
}

function rangeOf({ month, now }: Pick<CostWish, "month" | "now">) {
  return { from: month.from, to: Math.max(month.from, Math.min(month.to, now)) };
}

function linesOf(
  registry: Registry,
  used: Quantities,
  bill: Bill,
  kind: "ACCOUNT" | "REGION" | "KIND",
): CostLine[] {
  if (kind === "KIND") {
    return costKinds.map((each) => ({
      ...{ kind, key: each, registry: undefined },
      ...{ amount: bill.kind(each), quantity: used[each] },
    }));
  }
  const key = kind === "ACCOUNT" ? registry.account : registry.region;
  return [{ kind, key, registry: undefined, amount: bill.total, quantity: undefined }];
}

function merge(lines: Map<string, CostLine>, place: string, line: CostLine): void {
  const known = lines.get(place);
  const { quantity = 0n } = line;
  lines.set(place, {
    ...line,
    amount: plus(known?.amount ?? zero, line.amount),
    quantity: line.quantity === undefined ? undefined : (known?.quantity ?? 0n) + quantity,
  });
}

type RepositoryWish = CostWish & { readonly groupBy: "REPOSITORY" | "TAG" };

async function summaryOfRepositories(
  ports: Pick<Ports, "metadata">,
  registries: readonly Registry[],
  wish: RepositoryWish,
): Promise<CostSummary> {
  const lines = new Map<string, CostLine>();
  let [total, shared, rest] = [zero, zero, zero];
  for (const registry of registries) {
    const split = await splitRegistry(ports, registry, wish);
    total = plus(total, split.total);
    shared = plus(shared, split.shared);
    rest = plus(rest, split.rest);
    for (const [index, line] of split.lines.entries()) {
      // Names are told apart by registry, values of tags are not.
      const { account = "", region = "" } = line.registry ?? {};
      const place = `${line.kind} ${account} ${region} ${line.key}`;
      merge(lines, place, { ...line, amount: split.parts[index] ?? zero, quantity: undefined });
    }
  }
  const left = { key: "", registry: undefined, quantity: undefined };
  return summary(
    total,
    [...lines.values()],
    [
      { ...left, kind: "SHARED", amount: shared },
      { ...left, kind: "REGISTRY", amount: rest },
    ],
    wish,
  );
}

/** The bill of one registry, split into the repositories, or groups of them, that cost most. */
async function splitRegistry(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  wish: RepositoryWish,
): Promise<SplitBill & { readonly lines: readonly Pick<CostLine, "kind" | "key" | "registry">[] }> {
  const range = rangeOf(wish);
  const monthMs = lengthMs(wish.month);
  // For the order alone: what is paid follows from the totals at the end.
  const roughly = new Bill(wish.table, await registryUsage(ports, registry, range), monthMs);
  const most = Math.min(wish.skip + wish.limit + 1, costLimits.rankedLines + 1);
  const kept = new KeptParts(most, wish.groupBy, (part) => approximate(roughly.amount(part)));
  let all = nothing;
  for await (const page of repositoryUsage(ports, registry, range, wish.tagKey)) {
    for (const each of page) {
      all = added(all, each.used);
      kept.add(each);
    }
  }
  // After the parts, so that it is not less than they are.
  const totals = await registryUsage(ports, registry, range);
  const parts = kept.parts();
  const split = splitBill(wish.table, monthMs, {
    totals,
    all,
    parts: parts.map(({ used }) => used),
  });
  const lines = parts.map(({ kind, key }) => ({
    ...{ kind, key },
    registry: kind === "REPOSITORY" ? registry : undefined,
  }));
  return { ...split, lines };
}

/** Good enough for an order. */
function approximate({ numerator, denominator }: Fraction): number {
  const scale = 10n ** 9n;
  return Number((numerator * scale) / denominator) / Number(scale);
}

/** The lines that were asked for, and one for all others, so that nothing is missing in the sum. */
function summary(
  total: Fraction,
  ofGroup: readonly CostLine[],
  beside: readonly CostLine[],
  { skip, limit }: Pick<CostWish, "skip" | "limit">,
): CostSummary {
  const ranked = ofGroup.toSorted((a, b) => compared(b.amount, a.amount) || byKey(a, b));
  const shown = ranked.slice(skip, skip + limit);
  const listed = [...shown, ...beside];
  const others = minus(total, sumOf(listed.map(({ amount }) => amount)));
  const isWhole = shown.length === ofGroup.length && others.numerator === 0n;
  const rest = { key: "", registry: undefined, quantity: undefined };
  return {
    total,
    lines: isWhole ? listed : [...listed, { ...rest, kind: "OTHERS", amount: others }],
    more: ranked.length > skip + limit && skip + limit < costLimits.rankedLines,
  };
}

function byKey(a: CostLine, b: CostLine): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

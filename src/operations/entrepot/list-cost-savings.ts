import { z } from "zod";
import type { SavingPosition } from "../../ports/cost-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { costLimits } from "../../registry/cost/cost-limits.ts";
import { type CostSaving, type SavingKind, savingKinds } from "../../registry/cost/cost-saving.ts";
import { currentSaving } from "../../registry/cost/current-saving.ts";
import { type Fraction, fraction, minus, over, times, zero } from "../../registry/cost/fraction.ts";
import { numberOf, type PriceTable } from "../../registry/cost/price-table.ts";
import type { SavingCall } from "../../registry/cost/saving-call.ts";
import { pricesInForce } from "../../registry/cost/stored-prices.ts";
import { type Deployment, repositoryUri } from "../../registry/deployment.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { type HandlerContext, operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type MoneyAnswer, moneyAnswer } from "./cost-answer.ts";

export interface CostSavingAnswer extends MoneyAnswer {
  readonly repositoryName: string;
  readonly kind: SavingKind;
  /** Images, layers or tags that it is about. */
  readonly items: number;
  readonly bytes: number;
  readonly affectedBytes?: number;
  /** Of RECOMPRESSION. */
  readonly unpackedBytes?: number;
  /** What makes the saving; absent where only another push can. */
  readonly call?: SavingCall;
  /** Bytes that may be given back, at a guess, and what they cost: not in `bytes`, `amount` and sums. */
  readonly estimatedBytes?: number;
  readonly estimatedAmount?: string;
  /** Of ARCHITECTURE_REPOSITORIES. */
  readonly repositoryNames?: readonly string[];
  /** Of a shell, after the call. */
  readonly commands?: readonly string[];
  readonly foundAt: number;
}

interface Savings {
  readonly currency: string;
  readonly savings: readonly CostSavingAnswer[];
  /**
   * Of the whole registry, on the first page, as it was found: with what is not listed any more. Amounts
   * are what would be saved in a month.
   */
  readonly sums?: readonly (MoneyAnswer & {
    readonly kind: SavingKind;
    readonly findings: number;
    readonly bytes: number;
  })[];
  readonly nextToken?: string;
}

/**
 * What could be done about the costs of the caller's registry, those of most bytes first, each with the
 * call that does it. Repositories are looked at once a day; a finding whose call would not do that any
 * more is left out, and so are repositories that policies keep from the caller by name: a page may hold
 * less than was asked for.
 */
export const listCostSavings = operation("entrepot:ListCostSavings", {
  input: request({
    repositoryName: repositoryName.optional(),
    maxResults: z.int().min(1).max(costLimits.savingsPage).optional(),
    nextToken,
  }),
  resource: ({ repositoryName }, caller) =>
    repositoryName === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ repositoryName }, caller),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, context): Promise<Savings> {
    const { ports, caller, deployment } = context;
    const registry = registryOf(caller);
    const { table } = await pricesInForce(ports, deployment);
    const { currency } = table;
    const listing = { operation: "ListCostSavings", registry, narrowedBy: [input.repositoryName] };
    const start = openPosition(ports, listing, input.nextToken);
    if (input.repositoryName !== undefined) {
      const repository = await findRepository(ports, registry, input.repositoryName);
      const all = await ports.metadata.costs.savingsOf(repository);
      const found = await tellable(all, registry, context);
      return { currency, savings: await answers(context, found, table) };
    }
    const page = await readPage<CostSaving, SavingPosition>({
      after: start === undefined ? undefined : toPosition(start),
      size: input.maxResults ?? costLimits.savingsPage,
      fetch: (part) => ports.metadata.costs.savings(registry, part),
      key: ({ bytes, kind, repository }) => ({ bytes, kind, repository: repository.id }),
    });
    const sums = start === undefined ? await sumsOf(ports, registry) : undefined;
    const next = page.more && page.last !== undefined ? toText(page.last) : undefined;
    return {
      currency,
      savings: await answers(context, await tellable(page.items, registry, context), table),
      ...(sums && {
        sums: sums.flatMap((sum) => {
          const saved = savedInMonth(table, sum.kind, sum.bytes);
          return isWorthless(sum.kind, saved) ? [] : [{ ...sum, ...moneyAnswer(saved) }];
        }),
      }),
      ...(next === undefined ? {} : { nextToken: sealPosition(ports, listing, next) }),
    };
  },
});

/** Those of repositories of which the caller may ask by name. */
async function tellable(
  found: readonly CostSaving[],
  registry: Registry,
  { ports, caller }: Pick<HandlerContext, "ports" | "caller">,
): Promise<readonly CostSaving[]> {
  const sight = new RepositorySight(ports, caller);
  const told: CostSaving[] = [];
  for (const saving of found) {
    const names = saving.together?.repositories.map(({ name }) => name) ?? [saving.name];
    const decisions = await Promise.all(
      names.map((name) => sight.may("entrepot:ListCostSavings", { registry, name })),
    );
    if (decisions.every((allowed) => allowed)) told.push(saving);
  }
  return told;
}

async function sumsOf({ metadata }: Pick<Ports, "metadata">, registry: Registry) {
  const sums = await Promise.all(
    savingKinds.map((kind) => metadata.costs.savingSum(registry, kind)),
  );
  return sums.filter(({ findings }) => findings > 0);
}

/**
 * What keeping so many bytes costs in a month, or of ARCHIVE what it costs more than there: by the list
 * price, without free units and tiers.
 */
function savedInMonth(table: PriceTable, kind: SavingKind, bytes: number): Fraction {
  const { storage, archiveStorage } = table.figures;
  const price = numberOf(storage?.amount ?? "0");
  const rest = kind === "ARCHIVE" ? numberOf(archiveStorage?.amount ?? "0") : zero;
  const units = over(fraction(BigInt(bytes)), fraction(BigInt(table.gigabyteBytes)));
  const saved = times(units, minus(price, rest));
  return saved.numerator < 0n ? zero : saved;
}

async function answers(
  { ports, deployment }: Pick<HandlerContext, "ports" | "deployment">,
  found: readonly CostSaving[],
  table: PriceTable,
): Promise<CostSavingAnswer[]> {
  const answered: CostSavingAnswer[] = [];
  for (const each of found) {
    const current = await currentSaving(ports, each);
    if (current === undefined) continue;
    const { kind, name, items, bytes, affectedBytes, foundAt } = current.saving;
    const saved = savedInMonth(table, kind, bytes);
    if (isWorthless(kind, saved)) continue;
    answered.push({
      ...{ repositoryName: name, kind, items, bytes },
      ...(affectedBytes === 0 ? {} : { affectedBytes }),
      ...moneyAnswer(saved),
      ...(current.call === undefined ? {} : { call: current.call }),
      ...estimateOf(current.saving, table),
      ...indexCommands(current.saving, deployment),
      foundAt: epochSeconds(foundAt),
    });
  }
  return answered;
}

function estimateOf(
  { kind, estimatedBytes, unpackedBytes }: CostSaving,
  table: PriceTable,
): Pick<CostSavingAnswer, "estimatedBytes" | "estimatedAmount" | "unpackedBytes"> {
  if (estimatedBytes === undefined) return {};
  const basis = unpackedBytes === undefined ? {} : { unpackedBytes };
  const { amount } = moneyAnswer(savedInMonth(table, kind, estimatedBytes));
  return { ...basis, estimatedBytes, estimatedAmount: amount };
}

/** Copies images into the repository of the indexes, which can name only what lies beside them. */
function indexCommands(
  { repository: { registry }, together }: CostSaving,
  deployment: Deployment,
): Pick<CostSavingAnswer, "repositoryNames" | "commands"> {
  if (together === undefined) return {};
  const uri = (name: RepositoryName, tag: string) =>
    `${repositoryUri(deployment, registry, name)}:${tag}`;
  const names = together.repositories.map(({ name }) => name);
  return {
    repositoryNames: names,
    commands: together.tags.map((tag) =>
      [
        "docker buildx imagetools create --tag",
        uri(together.name, tag),
        ...names.map((name) => uri(name, tag)),
      ].join(" "),
    ),
  };
}

/** By prices that charge as much for the archive, or by less than a byte that goes there. */
function isWorthless(kind: SavingKind, saved: Fraction): boolean {
  return kind === "ARCHIVE" && saved.numerator === 0n;
}

// None of them holds a space.
function toText({ bytes, repository, kind }: SavingPosition): string {
  return `${bytes} ${repository} ${kind}`;
}

function toPosition(text: string): SavingPosition {
  const [bytes, repository = "", kind] = text.split(" ");
  return { bytes: Number(bytes), repository, kind: kind as SavingKind };
}

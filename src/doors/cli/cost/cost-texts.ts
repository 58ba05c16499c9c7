/** What costs look like in a terminal. */
import type { Answer, Item } from "../calls.ts";
import { sizeText } from "../sizes.ts";
import { fieldsText, tableText, wrappedText } from "../table.ts";
import { barsText } from "./bars.ts";

type Summary = Answer<"entrepot:GetCostSummary">;
type Forecast = Answer<"entrepot:GetCostForecast">;
type Saving = Item<"entrepot:ListCostSavings", "savings">;
type Estimate = Answer<"entrepot:EstimateCost">;
type Prices = Answer<"entrepot:GetPriceTable">;

/** Words for what has no name of its own. */
const unnamed: Readonly<Record<string, string>> = {
  SHARED: "(shared layers)",
  REGISTRY: "(no repository)",
  OTHERS: "(others)",
  UNTAGGED: "(without the tag)",
};

export function summaryText(summary: Summary, width: number): string {
  const { month, complete, currency, total, lines, history = [] } = summary;
  const until = complete ? "" : " so far";
  const head = `Costs of ${month}${until}: ${total.amount} ${currency}`;
  const table = tableText(
    ["WHAT", { whole: "REGION" }, { whole: "USED" }, { whole: currency }],
    lines.map((line) => [
      unnamed[line.kind] ?? line.key,
      line.region ?? "-",
      line.quantity === undefined ? "-" : `${trimmed(line.quantity)} ${line.unit}`,
      line.amount,
    ]),
    width,
  );
  const months = history.map((each) => ({
    name: each.month,
    value: Number(each.amount),
    text: each.amount,
  }));
  return [head, table, ...(months.length > 1 ? [barsText(months, width)] : [])].join("\n\n");
}

export function forecastText(forecast: Forecast, width: number): string {
  const { month, currency, soFar, total, kinds, storedBytes, storedBytesAtEnd } = forecast;
  const table = tableText(
    ["WHAT", { whole: "SO FAR" }, { whole: "AT THE END" }],
    [
      ...kinds.map((each) => [each.kind, each.soFar.amount, each.total.amount]),
      ["total", soFar.amount, total.amount],
    ],
    width,
  );
  return [
    `${month} will have cost ${total.amount} ${currency} at its end.`,
    table,
    `Stored: ${sizeText(storedBytes)} now, ${sizeText(storedBytesAtEnd)} at the end.`,
    forecast.assumptions.map((each) => wrappedText(`- ${each}`, width, 2)).join("\n"),
  ].join("\n\n");
}

export function savingsText(
  { currency, savings }: { readonly currency: string; readonly savings: readonly Saving[] },
  origin: string,
  width: number,
): string {
  if (savings.length === 0) return "Nothing to save was found.";
  const table = tableText(
    [
      "REPOSITORY",
      { whole: "WHAT" },
      { whole: "ITEMS" },
      { whole: "BYTES" },
      { whole: `${currency} A MONTH` },
    ],
    savings.map(({ repositoryName, kind, items, bytes, amount }) => [
      ...[repositoryName, words[kind], String(items), sizeText(bytes), amount],
    ]),
    width,
  );
  const calls = savings.flatMap((saving) => {
    const { call, commands = [], repositoryName, kind } = saving;
    const typed = [...(call === undefined ? [] : [callText(call, origin)]), ...commands];
    const guess = guessText(saving, currency);
    if (typed.length + guess.length === 0) return [];
    return [[`${repositoryName}, ${words[kind]}:`, ...guess, ...typed].join("\n  ")];
  });
  return [table, ...(calls.length === 0 ? [] : [calls.join("\n")])].join("\n\n");
}

function guessText({ estimatedBytes = 0, estimatedAmount }: Saving, currency: string): string[] {
  if (estimatedBytes === 0) return [];
  return [`# maybe ${sizeText(estimatedBytes)}, ${estimatedAmount} ${currency} a month: a guess`];
}

const words = {
  TRASH: "trash that is kept long",
  UNTAGGED: "untagged images",
  UNPULLED: "images nobody pulls",
  ARCHIVE: "could be archived",
  UNCOMPRESSED: "uncompressed layers",
  RECOMPRESSION: "gzip instead of zstd",
  ARCHITECTURES: "tags for an index",
  ARCHITECTURE_REPOSITORIES: "repositories for an index",
  NO_POLICY: "no lifecycle policy",
} as const satisfies Record<Saving["kind"], string>;

/** A call as it is typed, to the server that was asked: of the AWS CLI, or of ours where ECR has none. */
function callText({ operation, input }: NonNullable<Saving["call"]>, origin: string): string {
  const [service = "", name = ""] = operation.split(":");
  if (service === "ecr") {
    const kebab = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    const json = quoted(JSON.stringify(input));
    return `aws ecr ${kebab} --endpoint-url ${origin} --cli-input-json ${json}`;
  }
  const { repositoryName, extensionText } = input;
  const at = `${repositoryName} --endpoint ${origin}`;
  switch (operation) {
    case "entrepot:EmptyTrash":
      return `entrepot trash empty ${at} --yes`;
    case "entrepot:PutLifecycleExtension": {
      const text = quoted(String(extensionText));
      return `printf %s ${text} | entrepot lifecycle put ${at} --extension /dev/stdin`;
    }
    default:
      return `${operation} ${JSON.stringify(input)}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function estimateText(estimate: Estimate, width: number): string {
  const { currency, total, lines, comparisons } = estimate;
  const own = tableText(
    ["WHAT", { whole: "UNITS" }, "UNIT", { whole: currency }],
    [
      ...lines.map(({ name, units, unit, amount }) => [name, trimmed(units), unit, amount]),
      ["total", "", "", total.amount],
    ],
    width,
  );
  if (comparisons.length === 0) return own;
  const others = tableText(
    ["ELSEWHERE", { whole: currency }, "WITHOUT"],
    comparisons.map(({ name, total: there, unknown }) => [
      ...[name, there.amount, unknown.length === 0 ? "-" : unknown.join(", ")],
    ]),
    width,
  );
  return `${own}\n\n${others}`;
}

const origins = {
  PUT: "put by PutPriceTable",
  SETTING: "of ENTREPOT_PRICES",
  DEFAULT: "the defaults",
} as const satisfies Record<Prices["origin"], string>;

export function pricesText(
  { priceTable, origin }: Pick<Prices, "priceTable" | "origin">,
  width: number,
): string {
  const { name, currency, gigabyteBytes, figures } = priceTable;
  const head = fieldsText([
    ["Table", `${name}, ${origins[origin]}`],
    ["1 GB", `${gigabyteBytes} bytes`],
  ]);
  const table = tableText(
    ["WHAT", { whole: currency }, { whole: "FOR ONE" }, { whole: "OF" }, "SOURCE"],
    Object.entries(figures).map(([figure, { amount, unit, tiers = [], source, date }]) => [
      ...[figure, amount, unit, date === "" ? "-" : date],
      [...tiers.map(({ beyond, amount: less }) => `beyond ${beyond}: ${less}`), source].join("; "),
    ]),
    width,
  );
  return `${head}\n\n${table}`;
}

function trimmed(decimal: string): string {
  return decimal.replace(/\.?0+$/, "");
}

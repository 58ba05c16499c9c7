import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Input } from "../calls.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, type Words } from "../command-builder.ts";
import { estimateText, forecastText, pricesText, savingsText, summaryText } from "./cost-texts.ts";
import { plannedUse } from "./planned-use.ts";

export function addCostCommands(program: Command, builder: CommandBuilder): void {
  const cost = program.command("cost").description("what is used costs, and what could be saved");
  addSummary(cost, builder);
  addForecast(cost, builder);
  addSavings(cost, builder);
  addEstimate(cost, builder);
  addPrices(cost, builder);
}

const scopeOption = [
  "--scope <scope>",
  "registry, account (all regions) or organization (all accounts)",
  "account",
] as const;

type Scope = "REGISTRY" | "ACCOUNT" | "ORGANIZATION";

function addSummary(cost: Command, builder: CommandBuilder): void {
  const summary = builder
    .command(cost, "summary", "costs of a month and the months before")
    .option("--month <month>", "such as 2026-01 (default: this month)")
    .option("--by <group>", "repository, account, region, kind, or tag=<key>", "repository")
    .option(...scopeOption)
    .option("--top <number>", "lines; all others are folded", "20")
    .option("--months <number>", "months before it, for the chart", "5");
  builder.addServerOptions(summary).action(async (words: Words) => {
    const server = await builder.server(words);
    const answer = await server.call("entrepot:GetCostSummary", {
      month: textOf(words.month),
      scope: scopeOf(words),
      ...groupOf(String(words.by)),
      maxResults: countOf(words.top),
      monthsBack: countOf(words.months),
    });
    builder.show(words, answer, summaryText(answer, builder.width));
  });
}

function addForecast(cost: Command, builder: CommandBuilder): void {
  const forecast = builder
    .command(cost, "forecast", "costs of this month at its end")
    .option(...scopeOption);
  builder.addServerOptions(forecast).action(async (words: Words) => {
    const server = await builder.server(words);
    const answer = await server.call("entrepot:GetCostForecast", { scope: scopeOf(words) });
    builder.show(words, answer, forecastText(answer, builder.width));
  });
}

function addSavings(cost: Command, builder: CommandBuilder): void {
  const savings = builder
    .command(cost, "savings", "what could be saved, and the call that does it")
    .option("--repository <name>", "of one repository")
    .option("--top <number>", "those of most bytes", "20");
  builder.addServerOptions(savings).action(async (words: Words) => {
    const server = await builder.server(words);
    const answer = await server.call("entrepot:ListCostSavings", {
      repositoryName: textOf(words.repository),
      maxResults: countOf(words.top),
    });
    builder.show(words, answer, savingsText(answer, server.origin, builder.width));
  });
}

function addEstimate(cost: Command, builder: CommandBuilder): void {
  const gigabytes = "GB, as bills count them; repeat it for several places";
  const estimate = builder
    .command(cost, "estimate", "what a month of planned use would cost, here and elsewhere")
    .option("--storage <size>", "GB, as bills count them, or 2TB")
    .option("--archive <size>", "the same in the archive")
    .option("--requests <number>", "digits, or 50M")
    .option("--to-region <size>", `sent within the region: ${gigabytes}`, collected)
    .option("--to-other-region <size>", `sent to another one: ${gigabytes}`, collected)
    .option("--to-internet <size>", `sent to the internet: ${gigabytes}`, collected)
    .option("--to-public <size>", `pulled from a public registry: ${gigabytes}`, collected)
    .option("--keys <number>", "KMS keys of your own")
    .option("--key-requests <number>", "uses of them")
    .option("--basic-scans <number>", "images")
    .option("--enhanced-scans <number>", "images");
  builder.addServerOptions(estimate).action(async (words: Words) => {
    const use = plannedUse(words);
    const answer = await (await builder.server(words)).call("entrepot:EstimateCost", use);
    builder.show(words, answer, estimateText(answer, builder.width));
  });
}

function addPrices(cost: Command, builder: CommandBuilder): void {
  const prices = cost.command("prices").description("what things cost");
  const show = builder.command(prices, "show", "the prices in force, and where they come from");
  builder.addServerOptions(show).action(async (words: Words) => {
    const answer = await (await builder.server(words)).call("entrepot:GetPriceTable", {});
    builder.show(words, answer, pricesText(answer, builder.width));
  });
  const set = builder
    .command(prices, "set", "put other prices in force at once, for all accounts")
    .argument("<file>", "JSON; figures that it leaves out are the setting's, or the defaults");
  builder.addServerOptions(set).action(async (file: string, words: Words) => {
    const priceTable = await tableIn(file);
    const server = await builder.server(words);
    const answer = await server.call("entrepot:PutPriceTable", { priceTable });
    builder.show(words, answer, pricesText({ ...answer, origin: "PUT" }, builder.width));
  });
  const reset = builder.command(prices, "reset", "back to the setting's prices, or the defaults");
  builder.addServerOptions(reset).action(async (words: Words) => {
    const server = await builder.server(words);
    await server.call("entrepot:DeletePriceTable", {});
    const answer = await server.call("entrepot:GetPriceTable", {});
    builder.show(words, answer, pricesText(answer, builder.width));
  });
}

async function tableIn(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`, 2);
  });
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new CommandError(`${file} holds no JSON`, 2);
  }
}

function scopeOf({ scope }: Words): Scope {
  const wanted = String(scope).toUpperCase();
  if (wanted === "REGISTRY" || wanted === "ACCOUNT" || wanted === "ORGANIZATION") return wanted;
  throw new CommandError(`"${String(scope)}" is none of registry, account and organization`, 2);
}

const groups = ["REPOSITORY", "ACCOUNT", "REGION", "KIND"] as const;

function groupOf(text: string): Pick<Input<"entrepot:GetCostSummary">, "groupBy" | "tagKey"> {
  if (text.startsWith("tag=")) return { groupBy: "TAG", tagKey: text.slice("tag=".length) };
  const groupBy = groups.find((each) => each === text.toUpperCase());
  if (groupBy !== undefined) return { groupBy };
  throw new CommandError(`"${text}" is none of repository, account, region, kind and tag=<key>`, 2);
}

function countOf(word: Words[string]): number {
  const text = String(word);
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new CommandError(`"${text}" is no whole number`, 2);
}

import type { Command } from "commander";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { cacheTerms, putTerms, termsText } from "./cache-terms.ts";
import { cacheUsage, usageText } from "./cache-usage.ts";

const prefixMeaning = "ecrRepositoryPrefix of the rule";
const timeMeaning = "as 90s, 30m, 12h or 7d";

export function addCacheCommands(program: Command, builder: CommandBuilder): void {
  const cache = program
    .command("cache")
    .description("what rules of the pull-through cache may fetch, and what they spare");
  const show = builder
    .command(cache, "terms", "show what a rule may fetch, and how long tags are good")
    .argument("<prefix>", prefixMeaning);
  builder.addServerOptions(show).action(async (prefix: string, words: Words) => {
    const terms = await cacheTerms(await builder.server(words), prefix);
    builder.show(words, terms, termsText(terms));
  });
  const usage = builder
    .command(cache, "usage", "show what rules spare their upstreams, and what those failed at last")
    .option("--hours <count>", "of the last so many hours instead of 24");
  builder.addServerOptions(usage).action(async (words: Words) => {
    const told = await cacheUsage(await builder.server(words), textOf(words.hours));
    builder.show(words, told, usageText(told));
  });
  const set = builder
    .command(cache, "set-terms", "give a rule these terms instead of those that it has")
    .argument("<prefix>", prefixMeaning)
    .option(
      "--fresh <time>",
      `how long a tag is served before the upstream is asked, ${timeMeaning}`,
    )
    .option("--minimum-age <time>", `how long ago images have to have been made, ${timeMeaning}`)
    .option("--allow <name>", "repositories of the upstream that may be fetched, with *", collected)
    .option("--deny <name>", "those of them that may not", collected)
    .option("--ends <time>", `how long misses are served from there; then, no rule, ${timeMeaning}`)
    .option("--pin <image>", "what a tag names: library/alpine:3@sha256:…", collected);
  builder.addServerOptions(set).action(async (prefix: string, words: Words) => {
    const terms = await putTerms(await builder.server(words), {
      ...{ prefix, fresh: textOf(words.fresh), minimumAge: textOf(words.minimumAge) },
      ...{ allow: textsOf(words.allow), deny: textsOf(words.deny), pins: textsOf(words.pin) },
      ends: textOf(words.ends),
    });
    builder.show(words, terms, termsText(terms));
  });
}

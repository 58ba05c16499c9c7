import type { Command } from "commander";
import { type CommandBuilder, textOf, type Words } from "./command-builder.ts";
import {
  deadLettersText,
  listDeadLetters,
  listRules,
  listTargets,
  replay,
  replayedText,
  rulesText,
  targetsText,
} from "./event-targets.ts";

/** Below `events`, which others add to as well. */
export function addEventTargetCommands(program: Command, builder: CommandBuilder): void {
  const events =
    program.commands.find((command) => command.name() === "events") ??
    program.command("events").description("what happens in a registry, and who is told");
  const rules = builder.command(events, "rules", "list the rules of the event bus");
  builder.addServerOptions(rules).action(async (words: Words) => {
    const found = await listRules(await builder.server(words));
    builder.show(words, { rules: found }, rulesText(found, builder.width));
  });
  const targets = builder
    .command(events, "targets", "list where the events of a rule go")
    .argument("<rule>", "its name");
  builder.addServerOptions(targets).action(async (rule: string, words: Words) => {
    const found = await listTargets(await builder.server(words), rule);
    builder.show(words, { targets: found }, targetsText(found, builder.width));
  });
  const letters = builder
    .command(events, "dead-letters", "list events that a target was not given, and why")
    .option("--rule <name>", "of this rule only")
    .option("--target <id>", "of this target of the rule only");
  builder.addServerOptions(letters).action(async (words: Words) => {
    const wish = { rule: textOf(words.rule), targetId: textOf(words.target) };
    const found = await listDeadLetters(await builder.server(words), wish);
    builder.show(words, { deadLetters: found }, deadLettersText(found, builder.width));
  });
  const again = builder
    .command(events, "replay", "deliver dead letters again: all, those of a rule, or one")
    .argument("[ids...]", "ids of dead letters")
    .option("--rule <name>", "those of this rule")
    .option("--target <id>", "those of this target of the rule");
  builder.addServerOptions(again).action(async (ids: string[], words: Words) => {
    const wish = { rule: textOf(words.rule), targetId: textOf(words.target) };
    const done = await replay(await builder.server(words), { ...wish, ids });
    builder.show(words, done, replayedText(done));
  });
}

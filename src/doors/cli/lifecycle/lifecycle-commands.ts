import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { explainLifecycle, explanationText } from "./explain.ts";
import { listRuns, runsText, runText, showRun } from "./history.ts";
import { makePreview, previewText } from "./preview.ts";
import { ruleText } from "./rule-files.ts";
import { deleteRules, putRules, type RuleKind, rulesText, showRules } from "./rules.ts";

export function addLifecycleCommands(program: Command, builder: CommandBuilder): void {
  const lifecycle = program
    .command("lifecycle")
    .description("rules that expire and archive images: try, explain, look back");
  addPreview(lifecycle, builder);
  addExplain(lifecycle, builder);
  addHistory(lifecycle, builder);
  addPut(lifecycle, builder);
  addShow(lifecycle, builder);
  addDelete(lifecycle, builder);
}

const repositoryArgument = ["<repository>", "name of the repository"] as const;

function addPreview(lifecycle: Command, builder: CommandBuilder): void {
  const preview = builder
    .command(lifecycle, "preview", "tell what rules would do, and change nothing")
    .argument(...repositoryArgument)
    .option("--policy <file>", "a policy to try (default: the repository's)")
    .option("--extension <file>", "what is to stand beside it (default: the repository's)");
  builder.addServerOptions(preview).action(async (repositoryName: string, words: Words) => {
    const texts = {
      lifecyclePolicyText: await textOfFile(words.policy),
      extensionText: await textOfFile(words.extension),
    };
    const made = await makePreview(await builder.server(words), { repositoryName, ...texts });
    builder.show(words, { preview: made }, previewText(made, builder.width));
  });
}

function addExplain(lifecycle: Command, builder: CommandBuilder): void {
  const explain = builder
    .command(lifecycle, "explain", "tell what the rules do to an image, and why")
    .argument(...repositoryArgument)
    .argument("<image>", "tag; or digest, or how it begins, as sha256:…");
  builder
    .addServerOptions(explain)
    .action(async (repositoryName: string, image: string, words: Words) => {
      const told = await explainLifecycle(await builder.server(words), repositoryName, image);
      builder.show(words, told, explanationText(told));
    });
}

function addHistory(lifecycle: Command, builder: CommandBuilder): void {
  const history = builder
    .command(lifecycle, "history", "tell what the rules did")
    .argument(...repositoryArgument)
    .argument("[run]", "id of one run, for its images");
  builder
    .addServerOptions(history)
    .action(async (repositoryName: string, runId: string | undefined, words: Words) => {
      const server = await builder.server(words);
      if (runId === undefined) {
        const found = await listRuns(server, repositoryName);
        builder.show(words, found, runsText(found, builder.width));
        return;
      }
      const run = await showRun(server, repositoryName, runId);
      builder.show(words, { run }, runText(run, builder.width));
    });
}

function addPut(lifecycle: Command, builder: CommandBuilder): void {
  const put = builder
    .command(lifecycle, "put", "replace the policy, or what stands beside it")
    .argument(...repositoryArgument)
    .option("--policy <file>", "a policy as ECR takes it")
    .option("--extension <file>", "rules that ECR has no words for");
  builder.addServerOptions(put).action(async (repositoryName: string, words: Words) => {
    const kind = oneOf(words);
    const text = await ruleText(String(words[kind]));
    await putRules(await builder.server(words), repositoryName, kind, text);
    const sentence = `The ${kind} of ${repositoryName} is in force, and looked at in the next round.`;
    builder.show(words, { repositoryName, [kind]: text }, sentence);
  });
}

function addShow(lifecycle: Command, builder: CommandBuilder): void {
  const show = builder
    .command(lifecycle, "show", "print the policy and what stands beside it")
    .argument(...repositoryArgument);
  builder.addServerOptions(show).action(async (repositoryName: string, words: Words) => {
    const rules = await showRules(await builder.server(words), repositoryName);
    builder.show(words, { repositoryName, ...rules }, rulesText(rules));
  });
}

function addDelete(lifecycle: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(lifecycle, "delete", "take the policy away, or what stands beside it")
    .argument(...repositoryArgument)
    .option("--policy", "the policy")
    .option("--extension", "what stands beside it");
  builder.addServerOptions(remove).action(async (repositoryName: string, words: Words) => {
    const kind = oneOf(words);
    const text = await deleteRules(await builder.server(words), repositoryName, kind);
    const sentence = `Deleted the ${kind} of ${repositoryName}, which was:`;
    builder.show(
      words,
      { repositoryName, [kind]: text },
      `${sentence}\n${rulesText({ policy: undefined, extension: undefined, [kind]: text })}`,
    );
  });
}

function oneOf(words: Words): RuleKind {
  const kinds = (["policy", "extension"] as const).filter((kind) => words[kind] !== undefined);
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1) return kind;
  throw new CommandError("name one of --policy and --extension", 2);
}

async function textOfFile(word: Words[string]): Promise<string | undefined> {
  const file = textOf(word);
  return file === undefined ? undefined : ruleText(file);
}

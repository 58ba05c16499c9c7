import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { OutputSink } from "../../../ports/container-engine.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { printable } from "../table.ts";
import { runTask } from "./run-task.ts";
import { executionRole, loginsOf, secretsOf } from "./task-access.ts";
import { parseTaskDefinition, type TaskDefinition } from "./task-definition.ts";
import { planTask, type ShownContainer, shownPlan, type TaskPlan } from "./task-plan.ts";

export function addRunTaskCommand(program: Command, builder: CommandBuilder): void {
  const meaning =
    "run a task definition of ECS here: secrets and pulls with the rights of its execution role";
  const command = builder
    .command(program, "run-task", meaning)
    .argument("<file>", "the task definition, in JSON")
    .option("--docker <socket>", "Docker's or podman's socket; auto finds it (default: auto)")
    .option("--registry <host>", "another host that images are pulled from here by", collected)
    .option("--dry-run", "say what would run, with every secret read and none shown");
  builder.addServerOptions(command).action(async (file: string, words: Words) => {
    const task = parseTaskDefinition(await textOfFile(file));
    for (const member of task.unused) {
      const name = printable(member);
      builder.terminal.error.write(`entrepot: ${name} has no effect here\n`);
    }
    const plan = await planOf(builder, words, task);
    if (words.dryRun === true) {
      const shown = shownPlan(plan);
      builder.show(words, { family: task.family, containers: shown }, planText(shown));
      return;
    }
    const engine = builder.commands.containerEngine(textOf(words.docker) ?? "auto");
    const end = await runTask(engine, plan, {
      output: (name) => outputOf(builder, plan, name, words.json === true),
      told: (name, what) => builder.terminal.error.write(`entrepot: ${printable(name)} ${what}\n`),
      stopped: builder.commands.stopped(),
    });
    if (words.json === true) builder.show(words, end, "");
    builder.exitCode = end.exitCode;
  });
}

async function textOfFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file} can not be read: ${(error as Error).message}`, 2);
  }
}

/** Reads every secret and gets every login, so that nothing starts which would lack one. */
async function planOf(
  builder: CommandBuilder,
  words: Words,
  task: TaskDefinition,
): Promise<TaskPlan> {
  const role = await executionRole(await builder.server(words), task);
  const secrets = new Map<string, ReadonlyMap<string, string>>();
  for (const container of task.containers) {
    secrets.set(container.name, await secretsOf(role, container));
  }
  const logins = await loginsOf(role, task.containers, textsOf(words.registry));
  return planTask(task, { secrets, logins }, randomBytes(4).toString("hex"));
}

/** Line by line under the container's name, where there are several; for programs, as errors only. */
function outputOf(
  { terminal }: CommandBuilder,
  { containers }: TaskPlan,
  name: string,
  isJson: boolean,
): OutputSink {
  const streams = { out: isJson ? terminal.error : terminal.out, error: terminal.error };
  if (containers.length === 1) return (stream, bytes) => void streams[stream].write(bytes);
  const prefix = `${name} | `;
  return (stream, bytes) => {
    const text = Buffer.from(bytes).toString("utf8").replace(/\n$/, "");
    streams[stream].write(`${text.replace(/^/gm, prefix)}\n`);
  };
}

function planText(containers: readonly ShownContainer[]): string {
  return containers.map(containerText).join("\n\n");
}

function containerText(each: ShownContainer): string {
  const lines: [string, string | undefined][] = [
    ["image", each.image],
    ["pulled as", each.login],
    ["essential", each.essential ? "yes" : "no"],
    ["entry point", each.entryPoint && JSON.stringify(each.entryPoint)],
    ["command", each.command && JSON.stringify(each.command)],
    ["network", each.network],
    ["ports", each.ports.join(", ") || undefined],
    ["after", each.dependsOn.join(", ") || undefined],
    ...Object.entries(each.environment).map(([name, value]): [string, string] => [
      "environment",
      `${name}=${value}`,
    ]),
  ];
  const shown = lines.filter((line): line is [string, string] => line[1] !== undefined);
  const told = shown.map(([what, value]) => `  ${what.padEnd(12)}${printable(value)}`);
  return [each.name, ...told].join("\n");
}

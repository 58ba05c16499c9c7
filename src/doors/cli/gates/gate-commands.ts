import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { ruleText } from "../lifecycle/rule-files.ts";
import { gatesText, verdictsText, verdictText } from "./gate-texts.ts";
import { imageWord } from "./image-word.ts";

export function addGateCommands(program: Command, builder: CommandBuilder): void {
  const gate = program.command("gate").description("gates: what must not be pulled, and why");
  addPut(gate, builder);
  addList(gate, builder);
  addDelete(gate, builder);
  addExplain(gate, builder);
  addHeld(gate, builder);
  addByHand(gate, builder);
}

export const imageArgument = ["<image>", "repository:tag or repository@sha256:…"] as const;

function addPut(gate: Command, builder: CommandBuilder): void {
  const put = builder
    .command(gate, "put", "put a gate, or another rule in its place")
    .argument("<name>", "name of the gate")
    .argument("<file>", "its rule, as PutGate takes it, in JSON");
  builder.addServerOptions(put).action(async (name: string, file: string, words: Words) => {
    const rule: unknown = JSON.parse(await ruleText(file));
    if (typeof rule !== "object" || rule === null || !("repositories" in rule)) {
      throw new CommandError(`${file} is no rule: it has no "repositories"`);
    }
    const server = await builder.server(words);
    const told = await server.call("entrepot:PutGate", {
      ...(rule as { repositories: string[] }),
      name,
    });
    builder.show(words, told, `${gatesText([told.gate], builder.width)}\n${waiting}`);
  });
}

const waiting = "What is pushed meets it from now on; what is there is being judged.";

function addList(gate: Command, builder: CommandBuilder): void {
  const list = builder.command(gate, "list", "tell which gates there are");
  builder.addServerOptions(list).action(async (words: Words) => {
    const told = await (await builder.server(words)).call("entrepot:ListGates", {});
    builder.show(words, told, gatesText(told.gates, builder.width));
  });
}

function addDelete(gate: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(gate, "delete", "remove a gate: what it alone held back can be pulled")
    .argument("<name>", "name of the gate");
  builder.addServerOptions(remove).action(async (name: string, words: Words) => {
    await (await builder.server(words)).call("entrepot:DeleteGate", { name });
    builder.show(words, { name }, `Deleted the gate ${name}.`);
  });
}

function addExplain(gate: Command, builder: CommandBuilder): void {
  const explain = builder
    .command(gate, "explain", "tell why an image can not be pulled")
    .argument(...imageArgument);
  builder.addServerOptions(explain).action(async (image: string, words: Words) => {
    const server = await builder.server(words);
    const told = await server.call("entrepot:GetImageVerdict", imageWord(image));
    builder.show(words, told, verdictText(told.verdict));
  });
}

const states = ["PENDING", "QUARANTINED", "ALLOWED"] as const;

function addHeld(gate: Command, builder: CommandBuilder): void {
  const held = builder
    .command(gate, "held", "list images that can not be pulled")
    .argument("[repository]", "name of the repository (default: all)")
    .option("--state <state>", "pending, quarantined or allowed (default: quarantined)");
  builder
    .addServerOptions(held)
    .action(async (repositoryName: string | undefined, words: Words) => {
      const wanted = (textOf(words.state) ?? "quarantined").toUpperCase();
      const state = states.find((each) => each === wanted);
      if (state === undefined) throw new CommandError(`there is no state ${wanted}`, 2);
      const server = await builder.server(words);
      const input = { repositoryName, state, maxResults: 1000 };
      const told = await server.call("entrepot:ListHeldImages", input);
      const isMore = told.nextToken !== undefined;
      builder.show(words, told, verdictsText(told.images, isMore, builder.width));
    });
}

function addByHand(gate: Command, builder: CommandBuilder): void {
  const deeds = [
    ["quarantine", "entrepot:QuarantineImage", "hold an image back by hand", "In quarantine:"],
    ["release", "entrepot:ReleaseImage", "end a quarantine", "Released, and being judged:"],
  ] as const;
  for (const [name, call, meaning, sentence] of deeds) {
    const command = builder
      .command(gate, name, meaning)
      .argument(...imageArgument)
      .requiredOption("--reason <text>", "why, for whoever wants to pull it");
    builder.addServerOptions(command).action(async (image: string, words: Words) => {
      const server = await builder.server(words);
      const told = await server.call(call, {
        ...imageWord(image),
        reason: textOf(words.reason) ?? "",
      });
      builder.show(words, told, `${sentence}\n${told.imageDigests.join("\n")}`);
    });
  }
}

import type { Command } from "commander";
import type { Input } from "../calls.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { imageWord } from "../gates/image-word.ts";
import { objectIn } from "./gallery-commands.ts";
import { environmentsText, requestsText, requestText } from "./gallery-texts.ts";

export function addApprovalCommands(program: Command, builder: CommandBuilder): void {
  const approval = program
    .command("approval")
    .description("approvals of images for an environment");
  addRequest(approval, builder);
  addList(approval, builder);
  addShow(approval, builder);
  addDecisions(approval, builder);
  addWithdraw(approval, builder);
  addEnvironmentCommands(program, builder);
}

/** What was looked at: a tag may move. */
const imageArgument = ["<image>", "repository@sha256:…"] as const;
const requestArgument = ["<request>", "id of the request, as `approval list` tells it"] as const;

/** @throws CommandError for what has no digest */
function byDigest(word: string): { repositoryName: string; imageDigest: string } {
  const { repositoryName, imageId } = imageWord(word);
  if (imageId.imageDigest !== undefined) {
    return { repositoryName, imageDigest: imageId.imageDigest };
  }
  throw new CommandError(`"${word}" has no digest: write repository@sha256:…`, 2);
}

function addRequest(approval: Command, builder: CommandBuilder): void {
  const request = builder
    .command(approval, "request", "ask for an image to be approved for an environment")
    .argument(...imageArgument)
    .requiredOption("--environment <name>", "where it is to be run")
    .requiredOption("--comment <text>", "why, for whoever decides");
  builder.addServerOptions(request).action(async (image: string, words: Words) => {
    const said = {
      environment: textOf(words.environment) ?? "",
      comment: textOf(words.comment) ?? "",
    };
    const server = await builder.server(words);
    const told = await server.call("entrepot:RequestApproval", { ...byDigest(image), ...said });
    const { requestId, checks } = told.request;
    const failed = checks.filter(({ passed }) => !passed).map(({ sentence }) => `  ${sentence}`);
    const head = `Asked for: ${requestId}.`;
    const text = failed.length === 0 ? `${head} All checks pass.` : `${head} Not yet:`;
    builder.show(words, told, [text, ...failed].join("\n"));
  });
}

const states = ["PENDING", "APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED"] as const;

function addList(approval: Command, builder: CommandBuilder): void {
  const list = builder
    .command(approval, "list", "list requests, the oldest first")
    .argument("[repository]", "name of the repository (default: all)")
    .option("--state <state>", "pending, approved, rejected, withdrawn or expired (pending)");
  builder
    .addServerOptions(list)
    .action(async (repositoryName: string | undefined, words: Words) => {
      const wanted = (textOf(words.state) ?? "pending").toUpperCase();
      const state = states.find((each) => each === wanted);
      if (state === undefined) throw new CommandError(`there is no state ${wanted}`, 2);
      const server = await builder.server(words);
      const input = { repositoryName, state, maxResults: 1000 };
      const told = await server.call("entrepot:ListApprovalRequests", input);
      const isMore = told.nextToken !== undefined;
      builder.show(words, told, requestsText(told.requests, isMore, builder.width));
    });
}

function addShow(approval: Command, builder: CommandBuilder): void {
  const show = builder
    .command(approval, "show", "tell what speaks for a request and against it")
    .argument("<repository>", "name of the repository")
    .argument(...requestArgument);
  builder
    .addServerOptions(show)
    .action(async (repositoryName: string, requestId: string, words: Words) => {
      const server = await builder.server(words);
      const input = { repositoryName, requestId };
      const told = await server.call("entrepot:GetApprovalRequest", input);
      builder.show(words, told, requestText(told));
    });
}

function addDecisions(approval: Command, builder: CommandBuilder): void {
  const decisions = [
    ["approve", "approve what somebody else asks for, and has pushed", "what it goes by"],
    ["reject", "reject what somebody else asks for, and has pushed", "what is to be fixed"],
  ] as const;
  for (const [name, meaning, comment] of decisions) {
    const decide = builder
      .command(approval, name, meaning)
      .argument(...imageArgument)
      .argument(...requestArgument)
      .requiredOption("--comment <text>", comment);
    if (name === "approve") decide.option("--emergency", "alone, and whatever checks say");
    builder
      .addServerOptions(decide)
      .action(async (image: string, requestId: string, words: Words) => {
        const input = { ...byDigest(image), requestId, comment: textOf(words.comment) ?? "" };
        const approving =
          words.emergency === true ? "entrepot:ApproveInEmergency" : "entrepot:ApproveRequest";
        const call = name === "reject" ? "entrepot:RejectRequest" : approving;
        const told = await (await builder.server(words)).call(call, input);
        const { state } = told.request;
        const more = state === "PENDING" ? " Another reviewer is needed." : "";
        builder.show(words, told, `${requestId} is ${state}.${more}`);
      });
  }
}

function addWithdraw(approval: Command, builder: CommandBuilder): void {
  const withdraw = builder
    .command(approval, "withdraw", "take back what one has asked for")
    .argument("<repository>", "name of the repository")
    .argument(...requestArgument);
  builder
    .addServerOptions(withdraw)
    .action(async (repositoryName: string, requestId: string, words: Words) => {
      const server = await builder.server(words);
      const input = { repositoryName, requestId };
      const told = await server.call("entrepot:WithdrawApprovalRequest", input);
      builder.show(words, told, `${requestId} is ${told.request.state}.`);
    });
}

function addEnvironmentCommands(program: Command, builder: CommandBuilder): void {
  const group = program
    .command("environment")
    .description("what images need before they may be run somewhere");
  const put = builder
    .command(group, "put", "put an environment, or another rule in its place")
    .argument("<name>", "name of the environment")
    .argument("<file>", "its rule, as PutEnvironment takes it, in JSON");
  builder.addServerOptions(put).action(async (name: string, file: string, words: Words) => {
    // What it says is the server's to judge.
    const input = { ...(await objectIn(file)), name } as Input<"entrepot:PutEnvironment">;
    const told = await (await builder.server(words)).call("entrepot:PutEnvironment", input);
    builder.show(words, told, environmentsText([told.environment], builder.width));
  });
  const list = builder.command(group, "list", "tell which environments there are");
  builder.addServerOptions(list).action(async (words: Words) => {
    const told = await (await builder.server(words)).call("entrepot:ListEnvironments", {});
    builder.show(words, told, environmentsText(told.environments, builder.width));
  });
  const remove = builder
    .command(group, "delete", "remove an environment; what is approved for it stays so")
    .argument("<name>", "name of the environment");
  builder.addServerOptions(remove).action(async (name: string, words: Words) => {
    await (await builder.server(words)).call("entrepot:DeleteEnvironment", { name });
    builder.show(words, { name }, `Deleted the environment ${name}.`);
  });
}

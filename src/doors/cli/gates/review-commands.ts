import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { imageArgument } from "./gate-commands.ts";
import { evidenceText, verdictsText } from "./gate-texts.ts";
import { imageWord } from "./image-word.ts";

export function addReviewCommands(program: Command, builder: CommandBuilder): void {
  const review = program.command("review").description("reviews that gates ask for");
  addList(review, builder);
  addShow(review, builder);
  addApprove(review, builder);
  addReject(review, builder);
}

const states = ["PENDING", "APPROVED", "REJECTED"] as const;

function addList(review: Command, builder: CommandBuilder): void {
  const list = builder
    .command(review, "list", "list images that wait for a review")
    .argument("[repository]", "name of the repository (default: all)")
    .option("--state <state>", "pending, approved or rejected (default: pending)");
  builder
    .addServerOptions(list)
    .action(async (repositoryName: string | undefined, words: Words) => {
      const wanted = (textOf(words.state) ?? "pending").toUpperCase();
      const state = states.find((each) => each === wanted);
      if (state === undefined) throw new CommandError(`there is no state ${wanted}`, 2);
      const server = await builder.server(words);
      const input = { repositoryName, state, maxResults: 1000 };
      const told = await server.call("entrepot:ListReviews", input);
      const isMore = told.nextToken !== undefined;
      builder.show(words, told, verdictsText(told.reviews, isMore, builder.width));
    });
}

function addShow(review: Command, builder: CommandBuilder): void {
  const show = builder
    .command(review, "show", "tell what speaks for an image and against it")
    .argument(...imageArgument);
  builder.addServerOptions(show).action(async (image: string, words: Words) => {
    const server = await builder.server(words);
    const told = await server.call("entrepot:GetReview", imageWord(image));
    builder.show(words, told, evidenceText(told));
  });
}

/** What was looked at: a tag may have moved since. */
const reviewedArgument = ["<image>", "repository@sha256:…, as `review show` tells it"] as const;

function addApprove(review: Command, builder: CommandBuilder): void {
  const approve = builder
    .command(review, "approve", "approve an image that somebody else has pushed")
    .argument(...reviewedArgument)
    .requiredOption("--comment <text>", "what the approval goes by")
    .option("--days <number>", "for how long it is good (default: 90)");
  builder.addServerOptions(approve).action(async (image: string, words: Words) => {
    const days = textOf(words.days);
    const input = { ...imageWord(image), comment: textOf(words.comment) ?? "" };
    const server = await builder.server(words);
    const wanted = days === undefined ? input : { ...input, days: Number(days) };
    const told = await server.call("entrepot:ApproveImage", wanted);
    builder.show(words, told, `Approved ${told.review.imageDigest}. Gates still have their say.`);
  });
}

function addReject(review: Command, builder: CommandBuilder): void {
  const reject = builder
    .command(review, "reject", "reject an image that somebody else has pushed")
    .argument(...reviewedArgument)
    .requiredOption("--comment <text>", "why, for whoever pushed it");
  builder.addServerOptions(reject).action(async (image: string, words: Words) => {
    const input = { ...imageWord(image), comment: textOf(words.comment) ?? "" };
    const told = await (await builder.server(words)).call("entrepot:RejectImage", input);
    builder.show(words, told, `Rejected ${told.review.imageDigest}.`);
  });
}

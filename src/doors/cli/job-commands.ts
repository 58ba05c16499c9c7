import type { Command } from "commander";
import { type CommandBuilder, textOf, type Words } from "./command-builder.ts";
import { jobsText, jobText, listJobs, rerunJob } from "./jobs.ts";

export function addJobCommands(program: Command, builder: CommandBuilder): void {
  const jobs = program
    .command("jobs")
    .description("see and rerun the background work of a running server");
  const list = builder
    .command(jobs, "list", "list jobs, the given up ones first")
    .option("--state <state>", "only dead, running or waiting ones")
    .option("--kind <kind>", "only those of this kind");
  builder.addServerOptions(list).action(async (words: Words) => {
    const filter = { state: textOf(words.state), kind: textOf(words.kind) };
    const found = await listJobs(await builder.server(words), filter);
    builder.show(words, found, jobsText(found));
  });
  const rerun = builder
    .command(jobs, "rerun", "run a job now that is dead or waits")
    .argument("<id>", "id of the job");
  builder.addServerOptions(rerun).action(async (id: string, words: Words) => {
    const job = await rerunJob(await builder.server(words), id);
    builder.show(words, { job }, jobText(job));
  });
}

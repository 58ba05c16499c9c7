import type { Command } from "commander";
import { type CommandBuilder, textOf, type Words } from "./command-builder.ts";
import {
  deleteQuota,
  listQuotas,
  listServiceQuotas,
  placeText,
  quotasText,
  quotaText,
  resetServiceQuota,
  serviceQuotasText,
  serviceQuotaText,
  setQuota,
  setServiceQuota,
} from "./quotas.ts";

const prefixMeaning =
  "beginning of repository names, up to a slash: team is team and team/…, / is the whole registry";

export function addQuotaCommands(program: Command, builder: CommandBuilder): void {
  const quotas = program
    .command("quota")
    .description("how much the repositories of a registry may hold");
  const list = builder.command(quotas, "list", "list quotas and what is used of them");
  builder.addServerOptions(list).action(async (words: Words) => {
    const found = await listQuotas(await builder.server(words));
    builder.show(words, { quotas: found }, quotasText(found, builder.width));
  });
  const set = builder
    .command(quotas, "set", "make a quota, or give it these limits instead of those that it has")
    .argument("<prefix>", prefixMeaning)
    .requiredOption("--unit <unit>", "bytes or images")
    .option("--soft <amount>", "beyond which it is told of")
    .option("--hard <amount>", "beyond which pushes are refused; bytes as 500GB, 10GiB or digits");
  builder.addServerOptions(set).action(async (prefix: string, words: Words) => {
    const wish = { prefix, unit: String(words.unit) };
    const limits = { soft: textOf(words.soft), hard: textOf(words.hard) };
    const quota = await setQuota(await builder.server(words), { ...wish, ...limits });
    builder.show(words, { quota }, quotaText(quota));
  });
  const remove = builder
    .command(quotas, "delete", "delete a quota, so that it refuses nothing any more")
    .argument("<prefix>", prefixMeaning)
    .requiredOption("--unit <unit>", "bytes or images");
  builder.addServerOptions(remove).action(async (prefix: string, words: Words) => {
    const wish = { prefix, unit: String(words.unit) };
    const gone = await deleteQuota(await builder.server(words), wish);
    const text = `Deleted the quota of ${gone.unit.toLowerCase()} at ${placeText(gone.prefix)}.`;
    builder.show(words, gone, text);
  });
  addService(quotas, builder);
}

function addService(quotas: Command, builder: CommandBuilder): void {
  const service = quotas.command("service").description("ECR's own quotas, for one registry");
  const list = builder.command(service, "list", "list them, and which can be adjusted");
  builder.addServerOptions(list).action(async (words: Words) => {
    const found = await listServiceQuotas(await builder.server(words));
    builder.show(words, { quotas: found }, serviceQuotasText(found, builder.width));
  });
  const set = builder
    .command(service, "set", "adjust one")
    .argument("<code>", "its code, such as L-03A36CE1")
    .argument("<value>", "how many");
  builder.addServerOptions(set).action(async (code: string, value: string, words: Words) => {
    const quota = await setServiceQuota(await builder.server(words), code, value);
    builder.show(words, { quota }, serviceQuotaText(quota));
  });
  const reset = builder
    .command(service, "reset", "give one the value that every registry has")
    .argument("<code>", "its code");
  builder.addServerOptions(reset).action(async (code: string, words: Words) => {
    const quota = await resetServiceQuota(await builder.server(words), code);
    builder.show(words, { quota }, serviceQuotaText(quota));
  });
}

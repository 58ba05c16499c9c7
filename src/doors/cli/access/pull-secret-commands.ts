import type { Command } from "commander";
import type { CreatedPullSecret } from "../../../operations/entrepot/create-pull-secret.ts";
import type { PullSecretAnswer } from "../../../operations/entrepot/pull-secret-answer.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { printable, tableText } from "../table.ts";
import {
  checkKubernetesName,
  createPullSecret,
  deletePullSecret,
  kubernetesSecret,
  listPullSecrets,
} from "./pull-secrets.ts";
import { agoText, dayText, isoText } from "./times.ts";

export function addPullSecretCommands(program: Command, builder: CommandBuilder): void {
  const secrets = program
    .command("pull-secret")
    .description("passwords for machines outside, which pull and do nothing else");
  const list = builder.command(secrets, "list", "list pull secrets, without their passwords");
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = await builder.server(words);
    const found = await listPullSecrets(server);
    const text = secretsText(found, server.now(), builder.width);
    builder.show(words, { pullSecrets: found }, text);
  });
  addCreate(secrets, builder);
  const remove = builder
    .command(secrets, "delete", "delete a pull secret, so that its password is void")
    .argument("<id>", "id of the pull secret");
  builder.addServerOptions(remove).action(async (id: string, words: Words) => {
    await deletePullSecret(await builder.server(words), id);
    builder.show(words, { pullSecretId: id }, `Deleted the pull secret ${id}.`);
  });
}

function addCreate(secrets: Command, builder: CommandBuilder): void {
  const create = builder
    .command(secrets, "create", "make a pull secret, and print its password this once")
    .argument("<repositories...>", "what it may pull: names, or patterns with *")
    .option("--days <number>", "for how long (default: 365)")
    .option("--description <text>", "what it is for")
    .option("--dockerconfigjson", "print it as docker and Kubernetes keep it, and nothing else")
    .option("--kubernetes <name>", "print it as a Secret of that name, for kubectl apply -f -")
    .option("--namespace <name>", "namespace of that Secret");
  builder.addServerOptions(create).action(async (repositories: string[], words: Words) => {
    const [name, namespace] = [textOf(words.kubernetes), textOf(words.namespace)];
    for (const each of [name, namespace]) if (each !== undefined) checkKubernetesName(each);
    const made = await createPullSecret(await builder.server(words), {
      ...{ repositories, description: textOf(words.description) },
      days: daysOf(textOf(words.days)),
    });
    builder.show(words, made, textFor(words, made));
  });
}

function textFor(words: Words, made: CreatedPullSecret): string {
  const name = textOf(words.kubernetes);
  if (name !== undefined) return kubernetesSecret(made, name, textOf(words.namespace));
  return words.dockerconfigjson === true ? made.dockerConfigJson : createdText(made);
}

function daysOf(days: string | undefined): number | undefined {
  if (days === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(days)) return Number(days);
  throw new CommandError(`"${days}" is no number of days`, 2);
}

function secretsText(secrets: readonly PullSecretAnswer[], now: number, width: number): string {
  if (secrets.length === 0) return "There are no pull secrets.";
  return tableText(
    [{ whole: "ID" }, "PULLS", "AS", { whole: "EXPIRES" }, "USED", "DESCRIPTION"],
    secrets.map(({ pullSecretId, registryId, region, repositoryNames, ...secret }) => [
      pullSecretId,
      `${repositoryNames.join(", ")} of ${registryId} in ${region}`,
      secret.principalArn ?? "nobody any more",
      dayText(isoText(secret.expiresAt)),
      agoText(secret.lastUsedAt === undefined ? undefined : isoText(secret.lastUsedAt), now),
      secret.description,
    ]),
    width,
  );
}

function createdText({ pullSecret, username, password, proxyEndpoint }: CreatedPullSecret): string {
  const { pullSecretId, repositoryNames, principalArn = "", expiresAt } = pullSecret;
  return [
    `Made the pull secret ${pullSecretId} for ${repositoryNames.join(", ")}, as ${principalArn},`,
    `until ${dayText(isoText(expiresAt))}. The password is shown this once:`,
    `  docker login --username ${username} --password-stdin ${new URL(proxyEndpoint).host}`,
    `  ${password}`,
  ]
    .map(printable)
    .join("\n");
}

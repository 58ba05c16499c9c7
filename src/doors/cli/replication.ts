/** `entrepot replication`: how far copies are, and what goes along with them. */
import type { ReplicationStanding } from "../../operations/entrepot/describe-replication.ts";
import type { ReplicationOptionAnswer } from "../../operations/entrepot/replication-option-shapes.ts";
import { fileText } from "./access/policy-source.ts";
import type { Input } from "./calls.ts";
import { CommandError } from "./client.ts";
import type { Server } from "./server.ts";
import { tableText } from "./table.ts";

/** How far the copies to each destination are. @throws Refusal */
export async function replicationStatus(server: Server): Promise<readonly ReplicationStanding[]> {
  return (await server.call("entrepot:DescribeReplication", {})).destinations;
}

/** @throws Refusal */
export async function showOptions(server: Server): Promise<readonly ReplicationOptionAnswer[]> {
  return (await server.call("entrepot:GetReplicationOptions", {})).options;
}

/**
 * Puts the options of a file, JSON as `--json` prints them, in the place of those that are there.
 * @throws CommandError for a file that has none, and Refusal
 */
export async function putOptions(
  server: Server,
  path: string,
): Promise<readonly ReplicationOptionAnswer[]> {
  const options = optionsIn(await fileText(path), path);
  return (await server.call("entrepot:PutReplicationOptions", { options })).options;
}

type Options = Input<"entrepot:PutReplicationOptions">["options"];

function optionsIn(text: string, path: string): Options {
  try {
    const value = JSON.parse(text) as { options?: unknown };
    if (Array.isArray(value.options)) return value.options as Options; // The server looks closer.
  } catch {
    // Told below.
  }
  throw new CommandError(`${path} is no JSON object with a list of options.`);
}

export function statusText(destinations: readonly ReplicationStanding[], width: number): string {
  if (destinations.length === 0) return "Nothing is copied anywhere.";
  const rows = destinations.map((each) => [
    placeText(each),
    each.isConfigured ? "yes" : "no",
    `${each.waitingImages}`,
    `${each.waitingChanges}`,
    `${each.failedImages + each.failedChanges}`,
    `${Math.round(each.lagSeconds)} s`,
  ]);
  const head = ["DESTINATION", "RULE", "IMAGES WAITING", "DELETIONS WAITING", "FAILED", "LAG"];
  return tableText(head, rows, width);
}

export function optionsText(options: readonly ReplicationOptionAnswer[], width: number): string {
  if (options.length === 0) return "There are no options: copies are made as in ECR.";
  const rows = options.map(({ destination, repositoryPrefix, deletes, chain, settings }) => [
    placeText(destination),
    repositoryPrefix ?? "all",
    deletes ? "yes" : "no",
    chain ? "yes" : "no",
    settings.join(", ") || "none",
  ]);
  return tableText(["DESTINATION", "REPOSITORIES", "DELETES", "CHAIN", "SETTINGS"], rows, width);
}

function placeText({ registryId, region }: ReplicationOptionAnswer["destination"]): string {
  return `${registryId} ${region}`;
}

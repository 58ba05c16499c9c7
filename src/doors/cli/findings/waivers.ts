/** `entrepot waiver`: what somebody decided to live with, for a time. */
import type { WaiverAnswer } from "../../../operations/entrepot/waiver-answer.ts";
import { dayText, isoText } from "../access/times.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

export interface WaiverWish {
  readonly name: string;
  readonly repositoryFilter: string;
  readonly vulnerabilityId: string | undefined;
  readonly packageName: string | undefined;
  readonly packageVersion: string | undefined;
  readonly imageDigest: string | undefined;
  readonly reason: string;
  readonly owner: string;
  readonly days: string;
}

/** @throws CommandError for what is no number of days, and Refusal */
export async function setWaiver(server: Server, wish: WaiverWish): Promise<WaiverAnswer> {
  const { name: waiverName, days, ...said } = wish;
  if (!/^[1-9]\d{0,2}$/.test(days)) throw new CommandError(`"${days}" is no number of days`, 2);
  const expiresAt = Math.floor(server.now() / 1000) + Number(days) * 86_400;
  return (await server.call("entrepot:PutWaiver", { waiverName, ...said, expiresAt })).waiver;
}

export function listWaivers(
  server: Server,
  repositoryName: string | undefined,
): Promise<WaiverAnswer[]> {
  return server.all("entrepot:ListWaivers", "waivers", { repositoryName });
}

/** @throws Refusal when there is no such waiver */
export async function deleteWaiver(server: Server, waiverName: string): Promise<void> {
  await server.call("entrepot:DeleteWaiver", { waiverName });
}

export function waiversText(waivers: readonly WaiverAnswer[], width: number): string {
  if (waivers.length === 0) return "There are no waivers.";
  return tableText(
    [{ whole: "NAME" }, "WHAT", "WHERE", "ENDS", "OWNER", "REASON"],
    waivers.map((each) => [
      ...[each.waiverName, whatText(each), whereText(each), endText(each)],
      ...[each.owner, each.reason],
    ]),
    width,
  );
}

export function waiverText(waiver: WaiverAnswer): string {
  return `Waiver ${waiver.waiverName}: ${whatText(waiver)} in ${whereText(waiver)} until ${isoText(waiver.expiresAt)}.`;
}

function whatText({ vulnerabilityId, packageName, packageVersion }: WaiverAnswer): string {
  const version = packageVersion === undefined ? "" : ` ${packageVersion}`;
  const of = packageName === undefined ? undefined : `${packageName}${version}`;
  return [vulnerabilityId, of].filter((part) => part !== undefined).join(" in ");
}

function whereText({ repositoryFilter, imageDigest }: WaiverAnswer): string {
  return imageDigest === undefined ? repositoryFilter : `${repositoryFilter}@${imageDigest}`;
}

function endText({ status, expiresAt }: WaiverAnswer): string {
  const day = dayText(isoText(expiresAt));
  return status === "ENDED" ? `${day} (ended)` : day;
}

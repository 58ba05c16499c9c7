/** How files of trails are named. Source: CloudTrail, "Finding your log files" and "Digest file". */
import { freshBytes } from "../fresh-bytes.ts";
import type { AccountId, Region, Registry } from "../names.ts";
import type { Trail } from "./trail.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const uniqueLetters = 16;

/** What tells files of the same minute apart. */
export function uniqueText(): string {
  let text = "";
  while (text.length < uniqueLetters) {
    for (const byte of freshBytes(uniqueLetters)) {
      // A byte has 256 values: what is over four times the letters would make some more likely.
      if (byte < letters.length * 4) text += letters[byte % letters.length];
    }
  }
  return text.slice(0, uniqueLetters);
}

/** `2026-11-28T20:15:00Z`. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Above all that a trail writes about a registry; without the organization's id where it has its own alone. */
function folderOf(
  { settings: { prefix }, isOrganization }: Pick<Trail, "settings" | "isOrganization">,
  { account }: Registry,
  organizationId: string,
): string {
  const parts = [prefix, "AWSLogs", isOrganization ? organizationId : "", account];
  return parts.filter((part) => part !== "").join("/");
}

function dayOf(at: number): string {
  return isoSeconds(at).slice(0, 10).replaceAll("-", "/");
}

/** `20261128T2015Z`. */
function minuteOf(at: number): string {
  return `${isoSeconds(at).slice(0, 16).replace(/[-:]/g, "")}Z`;
}

/** `20261128T201500Z`. */
function secondOf(at: number): string {
  return isoSeconds(at).replace(/[-:]/g, "");
}

export function logFileName(
  trail: Pick<Trail, "settings" | "isOrganization">,
  registry: Registry,
  organizationId: string,
  at: number,
): string {
  const { account, region } = registry;
  const folder = `${folderOf(trail, registry, organizationId)}/CloudTrail/${region}/${dayOf(at)}`;
  return `${folder}/${account}_CloudTrail_${region}_${minuteOf(at)}_${uniqueText()}.json.gz`;
}

export function digestFileName(
  trail: Pick<Trail, "settings" | "isOrganization" | "name" | "registry">,
  about: Registry,
  organizationId: string,
  at: number,
): string {
  const { account, region } = about;
  const folder = `${folderOf(trail, about, organizationId)}/CloudTrail-Digest/${region}/${dayOf(at)}`;
  const of = `${account}_CloudTrail-Digest_${region}_${trail.name}_${trail.registry.region}`;
  return `${folder}/${of}_${secondOf(at)}.json.gz`;
}

/** What the name of a file tells. */
export interface FileName {
  readonly kind: "log" | "digest";
  readonly registry: Registry;
  /** The same for all files of a trail about one registry, and of others that write to the same place. */
  readonly folder: string;
  /** Of a digest: all of its name but the time, and so the same for all of one trail about one registry. */
  readonly chain: string;
  readonly at: number;
}

const shape =
  /^(.{0,400})AWSLogs\/(?:(o-[a-z0-9]{10,32})\/)?([0-9]{12})\/(CloudTrail|CloudTrail-Digest)\/([a-z0-9-]{1,64})\/(\d{4})\/(\d\d)\/(\d\d)\/([A-Za-z0-9._-]{1,400})\.json\.gz$/;
const logShape = /^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4})Z_[A-Za-z0-9]{16}$/;
const digestShape =
  /^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_([A-Za-z0-9._-]+)_([a-z0-9-]+)_(\d{8}T\d{6})Z$/;

/** `undefined` for a name that no trail gives. */
export function parseFileName(name: string): FileName | undefined {
  const [, before = "", org, account, sort, region, year, month, day, file = ""] =
    shape.exec(name) ?? [];
  if (account === undefined || region === undefined) return undefined;
  const kind = sort === "CloudTrail" ? "log" : "digest";
  const parts = (kind === "log" ? logShape : digestShape).exec(file);
  const time = parts?.[kind === "log" ? 3 : 5];
  if (parts === null || time === undefined) return undefined;
  const [of, where] = [parts[1], parts[2]];
  const isPlaced = time.startsWith(`${year}${month}${day}`) && of === account && where === region;
  const at = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)?$/, "$1-$2-$3T$4:$5:00Z"));
  if (!isPlaced || Number.isNaN(at)) return undefined;
  const seconds = kind === "digest" ? Number(time.slice(13)) : 0;
  const registry = { account: account as AccountId, region: region as Region };
  const folder = `${before}AWSLogs/${org === undefined ? "" : `${org}/`}${account} ${region}`;
  const chain = kind === "log" ? "" : `${folder} ${file.slice(0, file.lastIndexOf("_"))}`;
  return { kind, registry, folder, chain, at: at + seconds * 1000 };
}

import type { AdvisoriesAbout, BuiltIndex, FetchedFeed } from "../../../ports/advisories.ts";
import { byteText } from "../byte-text.ts";
import { tableText } from "../table.ts";

export interface ImportWish {
  readonly paths: readonly string[];
  /** Keep nothing of the ecosystems that come. */
  readonly replace: boolean;
  readonly onProgress: (sentence: string) => void;
}

export interface UpdateWish {
  /** Fetch everything, whatever is there. */
  readonly full: boolean;
  readonly onProgress: (sentence: string) => void;
}

export interface VulndbStatus {
  /** Absent while there is none at all. */
  readonly about: AdvisoriesAbout | undefined;
  readonly directory: string;
  readonly sizeBytes: number;
  readonly staleMs: number;
}

export interface VulndbUpdate {
  readonly feeds: readonly FetchedFeed[];
  /** Absent if nothing came. */
  readonly built: BuiltIndex | undefined;
}

/** What is done with the advisories of a deployment, without its server. */
export interface VulndbCommands {
  import(wish: ImportWish): Promise<BuiltIndex>;
  update(wish: UpdateWish): Promise<VulndbUpdate>;
  status(): Promise<VulndbStatus>;
}

/** Reasons that are named; of more it is told how many. */
const mostReasons = 5;
const dayMs = 86_400_000;

/** @param paths where it was read, of an import that is to bring something */
export function importedText(built: BuiltIndex, paths?: readonly string[]): string {
  const { version, sizeBytes, records, refused, odd } = built;
  const read = `Read ${records} records. Index ${version}: ${byteText(sizeBytes)}.`;
  const nothing = `There are no advisories in ${paths?.join(", ")}. What was there is kept.`;
  const lines = [built.isEmpty && paths !== undefined ? nothing : read];
  const groups = [
    ["Refused", refused],
    ["Left out parts of", odd],
  ] as const;
  for (const [word, parts] of groups) {
    const count = parts.reduce((total, part) => total + part.count, 0);
    if (count > 0) lines.push(`${word} ${count} records:`);
    for (const part of parts.slice(0, mostReasons)) {
      lines.push(`  ${part.count}: ${part.reason}, such as ${part.example}`);
    }
    if (parts.length > mostReasons) lines.push(`  and ${parts.length - mostReasons} more reasons`);
  }
  return lines.join("\n");
}

export function updatedText({ feeds, built }: VulndbUpdate): string {
  const lines = feeds.map(({ feed, sizeBytes, failure, isWhole }) => {
    if (failure !== undefined) return `${feed}: ${failure}. What was there is kept.`;
    return `${feed}: ${byteText(sizeBytes)}${isWhole ? "" : " of changes"}`;
  });
  if (built === undefined) lines.push("There is nothing new.");
  else lines.push(importedText(built));
  return lines.join("\n");
}

/** What `status` says for programs: sets and maps as JSON has them. */
export function statusJson(status: VulndbStatus, now: number) {
  const { about, ...rest } = status;
  if (about === undefined) return { ...rest, index: null };
  const isStale = isTooOld(status, now);
  return { ...rest, isStale, index: { ...about, ecosystems: [...about.ecosystems] } };
}

/** Whether what is newest in it is older than it may be; of none, that too. */
export function isTooOld({ about, staleMs }: VulndbStatus, now: number): boolean {
  return about === undefined || now - about.asOf > staleMs;
}

export function statusText(status: VulndbStatus, now: number, width: number): string {
  const { about, directory, sizeBytes, staleMs } = status;
  if (about === undefined) return `There are no advisories in ${directory}. Get them: ${mend}`;
  const rows = about.sources.map(({ source, rows, newestAt }) => [
    source,
    String(rows),
    newestAt === undefined ? "" : dayOf(newestAt),
  ]);
  const age = `Advisories as of ${dayOf(about.asOf)}, ${daysText(now - about.asOf)} old`;
  const lines = [
    `${age}; built ${dayOf(about.builtAt)}. Index ${about.version}, ${byteText(sizeBytes)}.`,
    tableText(["source", "rows", "newest"], rows, width),
  ];
  if (about.refused + about.odd > 0) {
    lines.push(`Refused when it was built: ${about.refused}; left out in part: ${about.odd}.`);
  }
  if (isTooOld(status, now)) {
    lines.push(
      `These are older than ${daysText(staleMs)}: newer vulnerabilities are not found. ${mend}`,
    );
  }
  return lines.join("\n");
}

const mend = "entrepot vulndb update, or entrepot vulndb import <archive>";

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function daysText(milliseconds: number): string {
  const days = Math.max(0, Math.floor(milliseconds / dayMs));
  return days === 1 ? "1 day" : `${days} days`;
}

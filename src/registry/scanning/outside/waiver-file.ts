import { FileRefused } from "../file-analyzer.ts";
import { type ImageFinding, namesOf } from "../image-finding.ts";
import type { Suppressor } from "../suppressor.ts";
import { outsideLimits as limits } from "./outside-limits.ts";

/** That a vulnerability is lived with until a day. */
export interface FileWaiver {
  /** A name of the vulnerability. */
  readonly id: string;
  /** Only in this package, or what it is built from; in all where it is absent. */
  readonly packageName?: string;
  /** Milliseconds since the epoch, the end of its last day. */
  readonly until: number;
  readonly reason: string;
  readonly line: number;
}

const dayShape = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Reads waivers, one on each line: a name of the vulnerability, maybe a package, the last day that it holds, and why.
 * `#` begins a comment, on a line of its own.
 * @throws FileRefused at a line that is none: a waiver without end or reason is none
 */
export function readWaiverFile(text: string): readonly FileWaiver[] {
  if (text.length > limits.waiverBytes) {
    throw new FileRefused(`larger than ${limits.waiverBytes} characters`);
  }
  const waivers = text.split("\n").flatMap((line, at) => {
    const written = line.trim();
    return written === "" || written.startsWith("#") ? [] : [waiverOf(written, at + 1)];
  });
  if (waivers.length <= limits.waivers) return waivers;
  throw new FileRefused(`more than ${limits.waivers} waivers`);
}

function waiverOf(written: string, line: number): FileWaiver {
  const words = written.split(/\s+/);
  const at = words.findIndex((word) => dayShape.test(word));
  const [id = "", packageName] = words;
  if (at !== 1 && at !== 2) {
    throw new FileRefused(`line ${line}: it is no "ID [PACKAGE] YYYY-MM-DD REASON"`);
  }
  const begins = Date.parse(`${words[at]}T00:00:00Z`);
  const isDay = !Number.isNaN(begins) && new Date(begins).toISOString().startsWith(words[at]!);
  if (!isDay) throw new FileRefused(`line ${line}: ${words[at]} is no day`);
  const reason = words.slice(at + 1).join(" ");
  if (reason === "" || reason.length > limits.waiverReasonCharacters) {
    const most = limits.waiverReasonCharacters;
    throw new FileRefused(`line ${line}: a waiver has a reason, of up to ${most} characters`);
  }
  const of = at === 2 && packageName !== undefined ? { packageName } : {};
  return { id, ...of, until: begins + dayMs, reason, line };
}

/** What waivers that hold now suppress. */
export function waiverSuppressor(
  file: string,
  waivers: readonly FileWaiver[],
  now: number,
): Suppressor {
  const current = waivers.filter(({ until }) => until > now);
  return (finding) => {
    const found = current.find((waiver) => isAbout(waiver, finding));
    if (found === undefined) return undefined;
    const { line, reason, until } = found;
    return { kind: "WAIVER", id: `${file}:${line}`, reason, until };
  };
}

/** Whether the finding is one that a waiver speaks of, whether that holds or not. */
export function isAbout({ id, packageName }: FileWaiver, finding: ImageFinding): boolean {
  const { name, source } = finding.package;
  const isIn = packageName === undefined || packageName === name || packageName === source?.name;
  return isIn && namesOf(finding).has(id.toUpperCase());
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the suite says of itself. Tests, data and APIs bear the suite's own names. */
export interface ConformanceReport {
  /** Assertions, of which a test may have several. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that did not pass, each with the suite's own reason. */
  readonly failures: readonly string[];
  readonly skips: readonly string[];
  /** APIs and kinds of data with their outcome: `Pass`, `FAIL`, `Error`, `Skip`, `Disabled`. */
  readonly outcomes: ReadonlyMap<string, string>;
}

/**
 * Reads the files that the suite wrote.
 * @throws Error when they are not there: the suite did not run to its end
 */
export function readReport(directory: string): ConformanceReport {
  const text = readFileSync(join(directory, "junit.xml"), "utf8");
  const totals = /<testsuite\b[^>]*>/.exec(text)?.[0] ?? "";
  const count = (name: string) => Number(attribute(totals, name) || 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped") + count("disabled");
  const failures: string[] = [];
  const skips: string[] = [];
  for (const [, head = "", body = ""] of text.matchAll(
    /<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs,
  )) {
    const status = attribute(head, "status");
    if (status === "passed") continue;
    const test = `${attribute(head, "name")}: ${reasonIn(body)}`;
    if (status === "skipped") skips.push(test);
    else failures.push(test);
  }
  return {
    passed: count("tests") - failed - skipped,
    failed,
    skipped,
    failures,
    skips,
    outcomes: readOutcomes(readFileSync(join(directory, "results.yaml"), "utf8")),
  };
}

function attribute(element: string, name: string): string {
  return plain(new RegExp(`\\b${name}="([^"]*)"`).exec(element)?.[1] ?? "");
}

/** What a test says of its failure, or at the end of its log of why it did not run. */
function reasonIn(body: string): string {
  const said = /<system-out>(.*?)<\/system-out>/s.exec(body)?.[1];
  const logged = /: skipping test:(.*?)<\/system-err>/s.exec(body)?.[1];
  return plain(said ?? logged ?? "no reason given")
    .replace(/\s+/g, " ")
    .trim();
}

/** Go's writer escapes these. */
function plain(text: string): string {
  return text
    .replace(/&#(?:x([0-9A-F]+)|(\d+));/g, (_, hex: string | undefined, decimal: string) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** The sections `apis` and `data`: a name and an outcome on each line. */
function readOutcomes(yaml: string): Map<string, string> {
  const outcomes = new Map<string, string>();
  let section = "";
  for (const line of yaml.split("\n")) {
    section = /^(\w+):/.exec(line)?.[1] ?? section;
    const [, name, outcome] = /^ {2}"?(.+?)"?: (\w+)$/.exec(line) ?? [];
    if (section === "config" || name === undefined || outcome === undefined) continue;
    outcomes.set(`${section === "apis" ? "API" : "data"} "${name}"`, outcome);
  }
  return outcomes;
}

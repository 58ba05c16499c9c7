import type { KnownExploited } from "../finding.ts";
import type { EndOfLifeDates, ReleaseDates } from "./end-of-life-dates.ts";
import { type Fields, fieldsOf, listOf, member, optionalText, textOf } from "./osv-record.ts";
import { cveNumber } from "./vulnerability-names.ts";

/** More entries than any catalogue has. */
const most = 100_000;

export interface KnownExploitedCatalogue {
  /** The day of the catalogue: `2025-08-25`. */
  readonly date: string;
  readonly entries: ReadonlyMap<string, KnownExploited>;
}

/** Whether a JSON document has the form of CISA's catalogue. */
export function isKnownExploited(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && "catalogVersion" in value;
}

/**
 * Source: cisa.gov, "Known Exploited Vulnerabilities Catalog", JSON schema.
 * @throws RecordRefused
 */
export function readKnownExploited(value: unknown): KnownExploitedCatalogue {
  const catalogue = fieldsOf(value, "the catalogue");
  const entries = new Map<string, KnownExploited>();
  for (const item of listOf(catalogue, "vulnerabilities", most)) {
    const entry = fieldsOf(item, "a vulnerability");
    const id = textOf(entry, "cveID", 50);
    if (cveNumber(id) === undefined) continue;
    const dueOn = optionalText(entry, "dueDate", 10);
    entries.set(id, {
      addedOn: textOf(entry, "dateAdded", 10),
      ...(dueOn === undefined ? {} : { dueOn }),
      isUsedByRansomware: member(entry, "knownRansomwareCampaignUse") === "Known",
    });
  }
  const released = optionalText(catalogue, "dateReleased", 50);
  return { date: (released ?? textOf(catalogue, "catalogVersion", 50)).slice(0, 10), entries };
}

/** `#model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000`: the day, if the line is that. */
export function readEpssDate(line: string): string | undefined {
  return /^#.{0,200}score_date:(\d{4}-\d\d-\d\d)/.exec(line)?.[1];
}

/** `CVE-1999-0001,0.03351,0.8765`; `undefined` for what is no such line. Source: first.org/epss/data_stats */
export function readEpssLine(
  line: string,
): { readonly cve: number; readonly score: number; readonly percentile: number } | undefined {
  const [id = "", first = "", second = ""] = line.split(",", 3);
  const cve = cveNumber(id);
  const [score, percentile] = [Number(first), Number(second)];
  if (cve === undefined || first === "" || second === "") return undefined;
  return isPart(score) && isPart(percentile) ? { cve, score, percentile } : undefined;
}

function isPart(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** Whether a JSON document has the form of lists of releases by product. */
export function isEndOfLife(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const [first] = Object.values(value);
  const [release] = Array.isArray(first) ? first : [];
  return typeof release === "object" && release !== null && "releaseCycle" in release;
}

/**
 * Lists of releases by product, as endoflife.date has them.
 * @throws RecordRefused
 */
export function readEndOfLife(value: unknown): EndOfLifeDates {
  const products = fieldsOf(value, "the list of products");
  const found: [string, ReleaseDates[]][] = [];
  for (const product of Object.keys(products).slice(0, most)) {
    found.push([product, listOf(products, product, most).map(releaseOf)]);
  }
  return Object.fromEntries(found);
}

function releaseOf(value: unknown): ReleaseDates {
  const fields = fieldsOf(value, "a release");
  const day = (name: string) => {
    const given = member(fields, name);
    return typeof given === "boolean" ? given : optionalText(fields, name, 30);
  };
  const known = {
    codename: optionalText(fields, "codename", 100),
    releasedOn: optionalText(fields, "releaseDate", 30),
    supportEnds: day("eoas"),
    securityEnds: day("eol"),
    extendedEnds: day("eoes"),
    latest: optionalText(fields, "latest", 100),
  };
  const given = Object.entries(known).filter(([, said]) => said !== undefined);
  return { release: textOf(fields, "releaseCycle", 100), ...Object.fromEntries(given) };
}

/** What turns a range on or off. `introduced` with "0" is before every version. */
export type RangeEvent = readonly [kind: "introduced" | "fixed" | "last affected", version: string];

/** What a source says of a vulnerability's weight: a CVSS vector, a word of its own, or a number alone. */
export interface Rating {
  /** `DEBIAN`, `GITHUB`, `NVD`: whose judgement it is. */
  readonly source: string;
  readonly vector?: string;
  /** As the source writes it: `MODERATE`, `unimportant`. */
  readonly word?: string;
  /** A base score whose vector is not known. */
  readonly score?: number;
  /** Said of this package, not of the vulnerability wherever it is. */
  readonly isOfPackage?: true;
}

/** What a source says beside ranges; without a word, the ranges speak alone. */
export type AdvisoryState = "not affected" | "will not fix" | "under investigation" | "end of life";

/** Of an RPM module: advisories hold for packages of the same stream only. */
export interface AdvisoryModule {
  readonly name?: string;
  readonly stream?: string;
  /** Of the module's main package where the stream is not told: of stream 14, `14.21.3`. */
  readonly version?: string;
}

/** One record of OSV as far as it speaks of one package, compiled. Times are milliseconds since the epoch. */
export interface Advisory {
  readonly id: string;
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[];
  /** Vulnerabilities that it is about, without being them: of a DSA, its CVEs. */
  readonly upstream: readonly string[];
  /** As OSV writes it, with the release: `Debian:12`. */
  readonly ecosystem: string;
  /** As it is looked up: see `advisoryName`. */
  readonly name: string;
  /** Each in the order of versions; where two are equal, in the record's. Any of them makes affected. */
  readonly ranges: readonly (readonly RangeEvent[])[];
  /** Affected ones that no range holds. */
  readonly versions: readonly string[];
  readonly ratings: readonly Rating[];
  readonly state?: AdvisoryState;
  readonly module?: AdvisoryModule;
  /** No vulnerability: the word for what it is, `unmaintained` or `bug fix`. */
  readonly informational?: string;
  readonly withdrawnAt?: number;
  readonly modifiedAt: number;
  readonly publishedAt?: number;
  readonly title?: string;
  readonly cwes: readonly string[];
  readonly references: readonly string[];
}

/** Compares as the ecosystem does; `undefined` when one of the two is no version of it. */
export type CompareVersions = (one: string, other: string) => number | undefined;

/** By ecosystem as OSV writes it; `undefined` for one whose versions are not known. */
export type CompareOf = (ecosystem: string) => CompareVersions | undefined;

/** `Debian` of `Debian:12`: advisories of all releases are kept together. */
export function ecosystemFamily(ecosystem: string): string {
  const colon = ecosystem.indexOf(":");
  return colon === -1 ? ecosystem : ecosystem.slice(0, colon);
}

/** The name under which a package's advisories are kept: what the ecosystem takes for equal is equal. */
export function advisoryName(family: string, name: string): string {
  if (family === "PyPI") return normalisedPython(name);
  if (family === "NuGet" || family === "Packagist") return name.toLowerCase();
  return name;
}

/** PEP 503. */
function normalisedPython(name: string): string {
  let normal = "";
  let wasMark = false;
  for (const letter of name.toLowerCase()) {
    const isMark = letter === "-" || letter === "_" || letter === ".";
    if (!isMark) normal += letter;
    else if (!wasMark) normal += "-";
    wasMark = isMark;
  }
  return normal;
}

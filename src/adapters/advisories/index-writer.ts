import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { AdvisorySourceFacts } from "../../ports/advisories.ts";
import { ecosystemFamily } from "../../registry/scanning/advisories/advisory.ts";
import type { EndOfLifeDates } from "../../registry/scanning/advisories/end-of-life-dates.ts";
import { packAdvisories } from "./advisory-codec.ts";
import { type ComparedIndex, IndexChanges } from "./index-changes.ts";
import {
  type CveRow,
  createDatabase,
  indexFormat,
  indexOfPlaces,
  indexTables,
} from "./index-schema.ts";
import type { StagedPlace } from "./staging.ts";

export interface WrittenIndex {
  readonly version: string;
  readonly sizeBytes: number;
}

/** What `about` holds of an index, as JSON. */
export interface StoredAbout {
  readonly version: string;
  readonly builtAt: number;
  readonly sources: readonly AdvisorySourceFacts[];
  readonly ecosystems: readonly string[];
  readonly asOf: number;
  readonly followed: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly odd: number;
}

interface Count {
  rows: number;
  newestAt: number | undefined;
}

/**
 * Writes an index, rows in the order of their keys: equal content is an equal version. Where it is made from
 * another one, it says what changed.
 */
export class IndexWriter {
  readonly #path: string;
  readonly #builtAt: number;
  /** A record from the future tells nothing of how old the others are. */
  #newestAt = 0;
  readonly #database: DatabaseSync;
  readonly #hash = createHash("sha256");
  readonly #counts = new Map<string, Count>();
  readonly #changes: IndexChanges;
  readonly #ecosystems = new Set<string>();
  readonly #addPlace: (...values: SQLInputValue[]) => void;
  readonly #addCve: (...values: SQLInputValue[]) => void;

  constructor(path: string, builtAt: number, base?: ComparedIndex) {
    this.#changes = new IndexChanges(base);
    this.#path = path;
    this.#builtAt = builtAt;
    this.#database = createDatabase(path);
    this.#database.exec(`${indexTables} begin`);
    const place = this.#database.prepare("insert into advisories values (?, ?)");
    const cve = this.#database.prepare("insert into cves values (?, ?, ?, ?, ?)");
    this.#addPlace = (...values) => void place.run(...values);
    this.#addCve = (...values) => void cve.run(...values);
  }

  addPlace({ place, advisories, packed }: StagedPlace): void {
    const body = packed ?? packAdvisories(advisories);
    this.#addPlace(place, body);
    this.#changes.addPlace(place, body);
    this.#hash.update(place).update(body);
    for (const { ecosystem, modifiedAt } of advisories) {
      this.#ecosystems.add(ecosystem);
      this.count(ecosystemFamily(ecosystem), 1, modifiedAt);
      if (modifiedAt > this.#newestAt && modifiedAt <= this.#builtAt) this.#newestAt = modifiedAt;
    }
  }

  addCve(row: CveRow): void {
    const { id, epss, percentile, kev, facts } = row;
    this.#changes.addCve(row);
    this.#addCve(id, epss, percentile, kev, facts);
    this.#hash.update(`${id},${epss},${percentile},${kev},${facts}\n`);
  }

  count(source: string, rows: number, newestAt: number | undefined): void {
    const known = this.#counts.get(source) ?? { rows: 0, newestAt: undefined };
    known.rows += rows;
    if (newestAt !== undefined) known.newestAt = Math.max(known.newestAt ?? newestAt, newestAt);
    this.#counts.set(source, known);
  }

  /** Ends the file: it is durable once this returns, but for its name. */
  finish(rest: {
    readonly endOfLife: EndOfLifeDates;
    readonly followed: Readonly<Record<string, number>>;
    readonly refused: number;
    readonly odd: number;
  }): WrittenIndex {
    const { endOfLife, ...told } = rest;
    const builtAt = this.#builtAt;
    const eol = JSON.stringify(endOfLife);
    const epssAt = this.#counts.get("epss")?.newestAt;
    const version = this.#hash.update(`${eol}${epssAt}`).digest("hex").slice(0, 16);
    const sources = [...this.#counts].map(([source, count]) => ({ source, ...count }));
    sources.sort((one, other) => (one.source < other.source ? -1 : 1));
    const ecosystems = [...this.#ecosystems].sort();
    const asOf = this.#newestAt;
    const about: StoredAbout = { version, builtAt, ...told, asOf, sources, ecosystems };
    const document = this.#database.prepare("insert into documents values (?, ?)");
    document.run("about", JSON.stringify(about));
    document.run("eol", eol);
    const steps = this.#changes.finish({ version, ecosystems, endOfLife: eol });
    document.run("changes", JSON.stringify(steps));
    document.run("format", indexFormat);
    this.#database.exec(`${indexOfPlaces}; commit`);
    this.#database.close();
    const file = openSync(this.#path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return { version, sizeBytes: statSync(this.#path).size };
  }

  /** Without an end, for one that failed. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

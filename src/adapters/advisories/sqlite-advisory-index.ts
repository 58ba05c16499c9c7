import { DatabaseSync, type StatementSync } from "node:sqlite";
import type {
  AdvisoriesAbout,
  AdvisoryChanges,
  AdvisoryIndex,
  AdvisoryName,
} from "../../ports/advisories.ts";
import type { Advisory } from "../../registry/scanning/advisories/advisory.ts";
import type { EndOfLifeDates } from "../../registry/scanning/advisories/end-of-life-dates.ts";
import type { VulnerabilityFacts } from "../../registry/scanning/advisories/vulnerability-facts.ts";
import { cveNumber } from "../../registry/scanning/advisories/vulnerability-names.ts";
import { placeOf, unpackAdvisories } from "./advisory-codec.ts";
import { changesIn, type IndexStep } from "./index-changes.ts";
import { type CveRow, indexFormat, millionths } from "./index-schema.ts";
import type { StoredAbout } from "./index-writer.ts";

/** A file that is no index, or one of a format that this version does not read. */
export class IndexUnreadable extends Error {
  override readonly name = "IndexUnreadable";
}

type PlaceRow = { readonly place: string; readonly body: Uint8Array };

/** An index in a read-only SQLite file. Look-ups are by primary key and take microseconds each. */
export class SqliteAdvisoryIndex implements AdvisoryIndex {
  readonly about: AdvisoriesAbout;
  readonly #database: DatabaseSync;
  readonly #place: StatementSync;
  readonly #cve: StatementSync;
  readonly #epssDate: string;
  #endOfLife: EndOfLifeDates | undefined;
  #steps: readonly IndexStep[] | undefined;

  private constructor(database: DatabaseSync, about: StoredAbout) {
    this.#database = database;
    this.about = { ...about, ecosystems: new Set(about.ecosystems) };
    this.#place = database.prepare("select body from advisories where place = ?");
    this.#cve = database.prepare("select * from cves where id = ?");
    this.#epssDate = this.dayOf("epss") ?? "";
  }

  /** @throws IndexUnreadable */
  static open(path: string): SqliteAdvisoryIndex {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly: true });
      database.exec("pragma cache_size = -4096; pragma temp_store = memory");
      const format = documentOf(database, "format");
      if (format !== indexFormat) throw new IndexUnreadable(`${path} is of the format ${format}`);
      const about = JSON.parse(documentOf(database, "about") ?? "") as StoredAbout;
      return new SqliteAdvisoryIndex(database, about);
    } catch (cause) {
      database?.close();
      if (cause instanceof IndexUnreadable) throw cause;
      throw new IndexUnreadable(`${path} is no index of advisories`, { cause });
    }
  }

  async advisories(names: readonly AdvisoryName[]): Promise<Map<string, readonly Advisory[]>> {
    const found = new Map<string, readonly Advisory[]>();
    for (const { ecosystem, name } of names) {
      const place = placeOf(ecosystem, name);
      if (found.has(place)) continue;
      const row = this.#place.get(place) as PlaceRow | undefined;
      if (row !== undefined) found.set(place, unpackAdvisories(name, row.body));
    }
    return found;
  }

  async facts(cves: readonly string[]): Promise<Map<string, VulnerabilityFacts>> {
    const found = new Map<string, VulnerabilityFacts>();
    for (const cve of cves) {
      const id = cveNumber(cve);
      if (id === undefined) continue;
      const row = this.#cve.get(id) as CveRow | undefined;
      if (row !== undefined) found.set(cve, this.#factsOf(row));
    }
    return found;
  }

  async endOfLife(): Promise<EndOfLifeDates> {
    this.#endOfLife ??= this.endOfLifeNow();
    return this.#endOfLife;
  }

  endOfLifeNow(): EndOfLifeDates {
    return JSON.parse(this.endOfLifeText()) as EndOfLifeDates;
  }

  endOfLifeText(): string {
    return documentOf(this.#database, "eol") ?? "{}";
  }

  async changesSince(version: string): Promise<AdvisoryChanges | undefined> {
    if (version === this.about.version) return { names: [], cves: [] };
    return changesIn(this.steps, version);
  }

  /** See `IndexChanges`. */
  get steps(): readonly IndexStep[] {
    this.#steps ??= JSON.parse(documentOf(this.#database, "changes") ?? "[]") as IndexStep[];
    return this.#steps;
  }

  /** Every row in the order of places, for what goes through all of them. */
  *places(): Generator<PlaceRow, undefined> {
    const all = this.#database.prepare("select place, body from advisories order by place");
    for (const row of all.iterate()) yield row as PlaceRow;
    return undefined;
  }

  *cves(): Generator<CveRow, undefined> {
    const all = this.#database.prepare("select * from cves order by id");
    for (const row of all.iterate()) yield row as CveRow;
    return undefined;
  }

  get sizeBytes(): number {
    const row = this.#database
      .prepare("select page_count * page_size as bytes from pragma_page_count, pragma_page_size")
      .get();
    return Number(row?.bytes);
  }

  /** What is the newest of a source. */
  newestAt(name: string): number | undefined {
    return this.about.sources.find(({ source }) => source === name)?.newestAt;
  }

  dayOf(name: string): string | undefined {
    const newestAt = this.newestAt(name);
    return newestAt === undefined ? undefined : new Date(newestAt).toISOString().slice(0, 10);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #factsOf({ epss, percentile, kev, facts }: CveRow): VulnerabilityFacts {
    const known = (facts === null ? {} : JSON.parse(facts)) as Partial<VulnerabilityFacts>;
    return {
      ratings: [],
      cwes: [],
      ...known,
      ...(epss === null || percentile === null
        ? {}
        : {
            epss: {
              score: epss / millionths,
              percentile: percentile / millionths,
              date: this.#epssDate,
            },
          }),
      ...(kev === null ? {} : { kev: JSON.parse(kev) as NonNullable<VulnerabilityFacts["kev"]> }),
    };
  }
}

function documentOf(database: DatabaseSync, name: string): string | undefined {
  const row = database.prepare("select body from documents where name = ?").get(name);
  return row?.body as string | undefined;
}

import { rmSync } from "node:fs";
import type { BuiltIndex, LeftOut } from "../../ports/advisories.ts";
import { comparisons } from "../../registry/scanning/advisories/compare-of.ts";
import { compileFacts } from "../../registry/scanning/advisories/compile-facts.ts";
import { compileOsv } from "../../registry/scanning/advisories/compile-osv.ts";
import type { EndOfLifeDates } from "../../registry/scanning/advisories/end-of-life-dates.ts";
import { RecordRefused } from "../../registry/scanning/advisories/osv-record.ts";
import {
  isEndOfLife,
  isKnownExploited,
  readEndOfLife,
  readKnownExploited,
} from "../../registry/scanning/advisories/read-feeds.ts";
import { CveStaging } from "./cve-staging.ts";
import { IndexWriter } from "./index-writer.ts";
import { type InputReader, readInput } from "./input-files.ts";
import { SqliteAdvisoryIndex } from "./sqlite-advisory-index.ts";
import { Staging } from "./staging.ts";

export interface BuildOrder {
  /** Files and folders. */
  readonly inputs: readonly string[];
  /** An index whose content is kept where nothing newer comes. */
  readonly base: string | undefined;
  /** Families of ecosystems of which nothing of the base is kept: `Debian`. */
  readonly replaced: readonly string[] | "those that come";
  /** By ecosystem, until when its changes are among the inputs; of others, the base's holds. */
  readonly followed: Readonly<Record<string, number>>;
  /** The file to make. */
  readonly target: string;
  readonly builtAt: number;
}

/** Records between two tellings. */
const progressEvery = 5_000;

/**
 * Makes a file of everything that the inputs hold, over a base. What is wrong with a record leaves out that
 * record. The file is whole and synced once this resolves; what was begun is removed if it rejects.
 */
export async function buildIndex(
  order: BuildOrder,
  onProgress: (records: number) => void = () => undefined,
): Promise<BuiltIndex> {
  for (const path of [order.target, `${order.target}.staging`]) rmSync(path, { force: true });
  const staging = new Staging(`${order.target}.staging`);
  const base = order.base === undefined ? undefined : SqliteAdvisoryIndex.open(order.base);
  const writer = new IndexWriter(order.target, order.builtAt, base);
  try {
    const intake = new Intake(staging, onProgress);
    for (const input of order.inputs) await readInput(input, intake);
    return write(order, { base, intake, staging, writer });
  } catch (error) {
    writer.close();
    rmSync(order.target, { force: true });
    throw error;
  } finally {
    base?.close();
    staging.close();
  }
}

interface Work {
  readonly base: SqliteAdvisoryIndex | undefined;
  readonly intake: Intake;
  readonly staging: Staging;
  readonly writer: IndexWriter;
}

function write(order: BuildOrder, { base, intake, staging, writer }: Work): BuiltIndex {
  if (base !== undefined) keepBase(base, order, intake, staging);
  for (const place of staging.places()) writer.addPlace(place);
  writeCves(base, intake, writer);
  const endOfLife = { ...(base === undefined ? {} : base.endOfLifeNow()), ...intake.endOfLife };
  const newestDay = daysOf(endOfLife).reduce((one, other) => (one > other ? one : other), "");
  writer.count("eol", Object.keys(endOfLife).length, timeOf(newestDay));
  const [refused, odd] = [intake.refusals.list(), intake.oddities.list()];
  const followed = { ...base?.about.followed, ...order.followed };
  const counts = { refused: sum(refused), odd: sum(odd) };
  const written = writer.finish({ endOfLife, followed, ...counts });
  return { ...written, records: intake.records, isEmpty: intake.isEmpty, refused, odd };
}

function keepBase(
  base: SqliteAdvisoryIndex,
  { replaced }: BuildOrder,
  intake: Intake,
  staging: Staging,
): void {
  const dropped = new Set(replaced === "those that come" ? intake.families : replaced);
  for (const { place, body } of base.places()) {
    if (!dropped.has(place.slice(0, place.indexOf("\n")))) staging.addOlder(place, body);
  }
}

function writeCves(
  base: SqliteAdvisoryIndex | undefined,
  intake: Intake,
  writer: IndexWriter,
): void {
  const { cves } = intake;
  const before = { epss: base?.dayOf("epss") ?? "", kev: base?.dayOf("kev") ?? "" };
  const isOlder = {
    epss: cves.epssDate !== undefined && cves.epssDate >= before.epss,
    kev: cves.kevDate !== undefined && cves.kevDate >= before.kev,
  };
  let [facts, predicted, exploited] = [0, 0, 0];
  for (const row of cves.rows(base?.cves() ?? [], isOlder)) {
    writer.addCve(row);
    if (row.facts !== null) facts += 1;
    if (row.epss !== null) predicted += 1;
    if (row.kev !== null) exploited += 1;
  }
  const factsAt = Math.max(cves.newestFactsAt, base?.newestAt("cve") ?? 0);
  if (facts > 0) writer.count("cve", facts, factsAt);
  if (predicted > 0) writer.count("epss", predicted, timeOf(later(cves.epssDate, before.epss)));
  if (exploited > 0) writer.count("kev", exploited, timeOf(later(cves.kevDate, before.kev)));
}

/** Sorts what comes: records of packages, records of CVEs, catalogues. */
class Intake implements InputReader {
  readonly cves = new CveStaging();
  readonly refusals = new Tally();
  readonly oddities = new Tally();
  readonly families = new Set<string>();
  endOfLife: EndOfLifeDates = {};
  records = 0;
  readonly #staging: Staging;
  readonly #compareOf = comparisons();
  readonly #onProgress: (records: number) => void;

  constructor(staging: Staging, onProgress: (records: number) => void) {
    this.#staging = staging;
    this.#onProgress = onProgress;
  }

  get isEmpty(): boolean {
    const { epssDate, kevDate } = this.cves;
    const isCatalogued = epssDate !== undefined || kevDate !== undefined;
    return this.records === 0 && !isCatalogued && Object.keys(this.endOfLife).length === 0;
  }

  document(json: string, place: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      this.refused("no JSON", place);
      return;
    }
    for (const document of Array.isArray(value) ? value : [value]) this.#take(document, place);
  }

  epssLine(line: string): void {
    this.cves.addEpssLine(line);
  }

  refused(reason: string, place: string): void {
    this.refusals.add(reason, place);
  }

  #take(document: unknown, place: string): void {
    try {
      if (isKnownExploited(document)) this.cves.addCatalogue(readKnownExploited(document));
      else if (isEndOfLife(document)) {
        this.endOfLife = { ...this.endOfLife, ...readEndOfLife(document) };
      } else this.#takeRecord(document, place);
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      this.refused(error.message, place);
    }
  }

  #takeRecord(document: unknown, place: string): void {
    if (isNoRecord(document)) return; // A list of contents or the like, beside the records.
    const record = compileOsv(document, this.#compareOf);
    this.records += 1;
    if (this.records % progressEvery === 0) this.#onProgress(this.records);
    for (const reason of record.odd) this.oddities.add(reason, `${place}: ${record.id}`);
    if (record.isOfNoPackage) {
      this.cves.addFacts(record.id, record.modifiedAt, compileFacts(document));
      return;
    }
    for (const { ecosystem } of record.advisories) this.families.add(familyOf(ecosystem));
    this.#staging.add(record);
  }
}

class Tally {
  readonly #found = new Map<string, { count: number; readonly example: string }>();

  add(reason: string, example: string): void {
    const known = this.#found.get(reason);
    if (known !== undefined) known.count += 1;
    else if (this.#found.size < 1_000) this.#found.set(reason, { count: 1, example });
  }

  list(): LeftOut[] {
    return [...this.#found]
      .map(([reason, found]) => ({ reason, ...found }))
      .sort((one, other) => other.count - one.count);
  }
}

function isNoRecord(document: unknown): boolean {
  if (typeof document !== "object" || document === null) return false;
  return !("id" in document) && !("affected" in document) && !("modified" in document);
}

function familyOf(ecosystem: string): string {
  return ecosystem.split(":", 1)[0] ?? ecosystem;
}

function sum(parts: readonly LeftOut[]): number {
  return parts.reduce((total, { count }) => total + count, 0);
}

function later(one: string | undefined, other: string): string {
  return one !== undefined && one > other ? one : other;
}

function timeOf(day: string): number | undefined {
  const time = Date.parse(day);
  return Number.isNaN(time) ? undefined : time;
}

/** When the youngest release came out: of a list that says nothing of its own date. */
function daysOf(dates: EndOfLifeDates): string[] {
  return Object.values(dates).flatMap((releases) =>
    releases.flatMap(({ releasedOn }) => releasedOn ?? []),
  );
}

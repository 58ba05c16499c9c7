import type { AdvisoryName } from "../../ports/advisories.ts";
import { cveId } from "../../registry/scanning/advisories/vulnerability-names.ts";
import { unpackAdvisories } from "./advisory-codec.ts";
import { indexChangeLimits as limits } from "./index-change-limits.ts";
import type { CveRow } from "./index-schema.ts";

/** What an index says otherwise than the one that it was made from. */
export interface IndexStep {
  /** The version of that one. */
  readonly from: string;
  readonly names: readonly (readonly [ecosystem: string, name: string])[];
  /** Whose facts or entries in KEV's catalogue changed. EPSS moves daily, for all, and is not told here. */
  readonly cves: readonly string[];
}

/** An index, as far as another one is compared with it. */
export interface ComparedIndex {
  readonly about: { readonly version: string; readonly ecosystems: ReadonlySet<string> };
  /** The steps that led to it, the oldest first. */
  readonly steps: readonly IndexStep[];
  places(): Iterator<{ readonly place: string; readonly body: Uint8Array }, unknown>;
  cves(): Iterator<CveRow, unknown>;
  endOfLifeText(): string;
}

/** Compares what is written, row by row in the order of keys, with the index that it is made from. */
export class IndexChanges {
  readonly #base: ComparedIndex | undefined;
  readonly #places: Rows<{ readonly place: string; readonly body: Uint8Array }>;
  readonly #cveRows: Rows<CveRow>;
  readonly #names: AdvisoryName[] = [];
  readonly #cves: string[] = [];

  constructor(base: ComparedIndex | undefined) {
    this.#base = base;
    this.#places = new Rows(base?.places());
    this.#cveRows = new Rows(base?.cves());
  }

  addPlace(place: string, body: Uint8Array): void {
    for (let old = this.#places.first; old !== undefined; old = this.#places.first) {
      const order =
        old.place === place ? 0 : Buffer.compare(Buffer.from(old.place), Buffer.from(place));
      if (order > 0) break;
      this.#places.advance();
      if (order === 0) {
        if (Buffer.compare(old.body, body) !== 0) this.#differs(place, old.body, body);
        return;
      }
      this.#differs(old.place, old.body, undefined);
    }
    this.#differs(place, undefined, body);
  }

  addCve(row: CveRow): void {
    for (let old = this.#cveRows.first; old !== undefined; old = this.#cveRows.first) {
      if (old.id > row.id) break;
      this.#cveRows.advance();
      if (old.id === row.id) {
        if (old.kev !== row.kev || old.facts !== row.facts) this.#cves.push(cveId(row.id));
        return;
      }
      this.#isGone(old);
    }
    if (row.kev !== null || row.facts !== null) this.#cves.push(cveId(row.id));
  }

  /**
   * The steps that lead to what was written; none where it is not known what changed, so that everything
   * may have.
   */
  finish(written: {
    readonly version: string;
    readonly ecosystems: readonly string[];
    readonly endOfLife: string;
  }): readonly IndexStep[] {
    const base = this.#base;
    if (base === undefined) return [];
    if (base.about.version === written.version) return base.steps;
    for (let old = this.#places.first; old !== undefined; old = this.#places.first) {
      this.#differs(old.place, old.body, undefined);
      this.#places.advance();
    }
    for (let old = this.#cveRows.first; old !== undefined; old = this.#cveRows.first) {
      this.#isGone(old);
      this.#cveRows.advance();
    }
    // Of an ecosystem that comes or goes, packages without advisories are told of otherwise too.
    const { ecosystems } = base.about;
    const sameEcosystems = written.ecosystems.every((each) => ecosystems.has(each));
    const isKnown =
      sameEcosystems &&
      written.ecosystems.length === ecosystems.size &&
      base.endOfLifeText() === written.endOfLife &&
      this.#weight <= limits.entries;
    if (!isKnown) return [];
    const names = this.#names.map(({ ecosystem, name }) => [ecosystem, name] as const);
    const steps = [...base.steps, { from: base.about.version, names, cves: this.#cves }];
    return newestOf(steps);
  }

  get #weight(): number {
    return this.#names.length + this.#cves.length;
  }

  #isGone({ id, kev, facts }: CveRow): void {
    if (kev !== null || facts !== null) this.#cves.push(cveId(id));
  }

  #differs(place: string, one: Uint8Array | undefined, two: Uint8Array | undefined): void {
    // Of more than can be kept nothing is.
    if (this.#base === undefined || this.#weight > limits.entries) return;
    this.#names.push(...changedOf(place, one, two));
  }
}

/** What was changed by the steps since a version; `undefined` where no step leads away from it. */
export function changesIn(
  steps: readonly IndexStep[],
  version: string,
): { readonly names: readonly AdvisoryName[]; readonly cves: readonly string[] } | undefined {
  const first = steps.findLastIndex(({ from }) => from === version);
  if (first === -1) return undefined;
  const names = new Map<string, AdvisoryName>();
  const cves = new Set<string>();
  for (const step of steps.slice(first)) {
    for (const [ecosystem, name] of step.names) {
      names.set(`${ecosystem}\n${name}`, { ecosystem, name });
    }
    for (const cve of step.cves) cves.add(cve);
  }
  return { names: [...names.values()], cves: [...cves] };
}

/** As many of the newest as may be kept. */
function newestOf(steps: readonly IndexStep[]): readonly IndexStep[] {
  let first = steps.length;
  for (let entries = 0; first > 0 && steps.length - first < limits.steps; first -= 1) {
    const { names, cves } = steps[first - 1]!;
    entries += names.length + cves.length;
    if (entries > limits.entries) break;
  }
  return steps.slice(first);
}

/** Of a place's releases those that are told otherwise: a fix for one is none of another's business. */
function changedOf(place: string, one?: Uint8Array, two?: Uint8Array): AdvisoryName[] {
  const name = place.slice(place.indexOf("\n") + 1);
  const [before, after] = [one, two].map((body) => saidByEcosystem(name, body));
  const ecosystems = new Set([...before!.keys(), ...after!.keys()]);
  return [...ecosystems]
    .filter((ecosystem) => before!.get(ecosystem) !== after!.get(ecosystem))
    .map((ecosystem) => ({ ecosystem, name }));
}

function saidByEcosystem(name: string, body: Uint8Array | undefined): Map<string, string> {
  const said = new Map<string, string>();
  if (body === undefined) return said;
  for (const advisory of unpackAdvisories(name, body)) {
    const earlier = said.get(advisory.ecosystem) ?? "";
    said.set(advisory.ecosystem, `${earlier}${JSON.stringify(advisory)}\n`);
  }
  return said;
}

/** Rows with the next one in view. */
class Rows<Row> {
  first: Row | undefined;
  readonly #rows: Iterator<Row, unknown> | undefined;

  constructor(rows: Iterator<Row, unknown> | undefined) {
    this.#rows = rows;
    this.advance();
  }

  advance(): void {
    const next = this.#rows?.next();
    this.first = next === undefined || next.done === true ? undefined : next.value;
  }
}

import { rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Advisory } from "../../registry/scanning/advisories/advisory.ts";
import type { CompiledRecord } from "../../registry/scanning/advisories/compile-osv.ts";
import { placeOf, unpackAdvisories } from "./advisory-codec.ts";
import { createDatabase } from "./index-schema.ts";

export interface StagedPlace {
  readonly place: string;
  readonly advisories: readonly Advisory[];
  /** As an earlier index has it, where nothing else is to be said. */
  readonly packed?: Uint8Array;
}

/** Stands where a record's id would be: the body is a whole place of an earlier index. */
const wholePlace = "";

type StagedRow = {
  readonly place: string;
  readonly id: string;
  readonly modified: number;
  readonly body: Uint8Array;
};

/** Advisories on their way into an index, on disk: there may be millions, and they come in any order. */
export class Staging {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: (place: string, id: string, modified: number, body: Buffer) => void;
  /** Where records came to. */
  readonly #places = new Set<string>();
  /** When the newest version of each record was modified. */
  readonly #newest = new Map<string, number>();
  /** The same of records that an earlier index had. */
  readonly #older = new Map<string, number>();

  constructor(path: string) {
    this.#path = path;
    this.#database = createDatabase(path);
    this.#database.exec(
      "create table staged(place text not null, id text not null, modified integer not null, body blob not null); begin",
    );
    const statement = this.#database.prepare("insert into staged values (?, ?, ?, ?)");
    this.#insert = (place, id, modified, body) => {
      statement.run(place, id, modified, body);
    };
  }

  /** Of several versions of a record the newest counts, in each place for itself: sources share ids. */
  add({ id, modifiedAt, advisories }: CompiledRecord): void {
    this.#newest.set(id, Math.max(modifiedAt, this.#newest.get(id) ?? 0));
    const byPlace = Map.groupBy(advisories, ({ ecosystem, name }) => placeOf(ecosystem, name));
    for (const [place, parts] of byPlace) {
      this.#places.add(place);
      this.#insert(place, id, modifiedAt, Buffer.from(JSON.stringify(parts)));
    }
  }

  /** Of an index: what came as a record already stands in for what was there, unless that is newer. */
  addOlder(place: string, body: Uint8Array): void {
    const name = place.slice(place.indexOf("\n") + 1);
    const byId = Map.groupBy(unpackAdvisories(name, body), ({ id }) => id);
    const isUntouched =
      !this.#places.has(place) && byId.keys().every((id) => !this.#newest.has(id));
    if (isUntouched) {
      this.#insert(place, wholePlace, 0, Buffer.from(body));
      return;
    }
    for (const [id, parts] of byId) {
      const { modifiedAt } = parts[0]!;
      const known = this.#newest.get(id);
      if (known !== undefined && known >= modifiedAt) continue;
      this.#older.set(id, modifiedAt);
      this.#insert(place, id, modifiedAt, Buffer.from(JSON.stringify(parts)));
    }
  }

  /** Everything, by place in the order of bytes. */
  *places(): Generator<StagedPlace> {
    this.#database.exec("commit; create index staged_place on staged(place)");
    const rows = this.#database
      .prepare("select place, id, modified, body from staged order by place")
      .iterate() as Iterable<StagedRow>;
    let staged: { readonly place: string; readonly rows: StagedRow[] } | undefined;
    for (const row of rows) {
      if (row.place !== staged?.place) {
        if (staged !== undefined) yield* this.#placeOf(staged.place, staged.rows);
        staged = { place: row.place, rows: [] };
      }
      staged.rows.push(row);
    }
    if (staged !== undefined) yield* this.#placeOf(staged.place, staged.rows);
  }

  *#placeOf(place: string, rows: readonly StagedRow[]): Generator<StagedPlace> {
    const [first] = rows;
    if (first?.id === wholePlace) {
      const name = place.slice(place.indexOf("\n") + 1);
      yield { place, advisories: unpackAdvisories(name, first.body), packed: first.body };
      return;
    }
    const newest = new Map<string, number>();
    for (const { id, modified } of rows) newest.set(id, Math.max(modified, newest.get(id) ?? 0));
    const found = new Map<string, Advisory>();
    for (const { id, modified, body } of rows) {
      if (modified < newest.get(id)! || modified < (this.#older.get(id) ?? 0)) continue;
      for (const part of JSON.parse(Buffer.from(body).toString()) as Advisory[]) {
        found.set(`${id}\n${part.ecosystem}`, part);
      }
    }
    if (found.size > 0) yield { place, advisories: [...found.values()] };
  }

  close(): void {
    this.#database.close();
    rmSync(this.#path, { force: true });
  }
}

import { DatabaseSync } from "node:sqlite";
import { codecFormat } from "./advisory-codec.ts";

/** Of the whole file; one of another format is not read. */
export const indexFormat = `entrepot-advisories-1.${codecFormat}`;

/**
 * One row for all advisories of a package's name, one for each CVE that something is known of, and
 * documents: `format`, `about`, `eol`. EPSS is in millionths.
 */
export const indexTables = `
  create table advisories(place text not null, body blob not null);
  create table cves(id integer primary key, epss integer, percentile integer, kev text, facts text);
  create table documents(name text primary key, body text not null) without rowid;
`;

/** Made when all rows are there. */
export const indexOfPlaces = "create unique index advisories_place on advisories(place)";

export const millionths = 1_000_000;

/** For a file that is written once and synced at its end: a half-written one is thrown away. */
export function createDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("pragma page_size = 4096; pragma journal_mode = off; pragma synchronous = off");
  database.exec("pragma locking_mode = exclusive; pragma cache_size = -32768");
  return database;
}

export type CveRow = {
  readonly id: number;
  readonly epss: number | null;
  readonly percentile: number | null;
  readonly kev: string | null;
  readonly facts: string | null;
};

/** Indexes of advisories for measurements: the package's snapshot, and others that differ from it. */
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { packAdvisories, unpackAdvisories } from "../../src/adapters/advisories/advisory-codec.ts";
import { IndexWriter } from "../../src/adapters/advisories/index-writer.ts";
import { SqliteAdvisoryIndex } from "../../src/adapters/advisories/sqlite-advisory-index.ts";
import type { Advisory } from "../../src/registry/scanning/advisories/advisory.ts";
import { checkout } from "../places.ts";

const dayMs = 86_400_000;

/** What a place says after an update; the same object where nothing changed. */
type Update = (advisories: readonly Advisory[], at: number) => readonly Advisory[];

export async function unpackSnapshot(path: string): Promise<void> {
  const snapshot = join(checkout, "data/advisories/snapshot.db.zst");
  await pipeline(createReadStream(snapshot), createZstdDecompress(), createWriteStream(path));
}

/** The places of an index, with what is said there, in their order. */
export function* placesOf(index: SqliteAdvisoryIndex): Generator<readonly Advisory[]> {
  for (const { place, body } of index.places()) {
    yield unpackAdvisories(place.slice(place.indexOf("\n") + 1), body);
  }
}

/** One name of a hundred has an advisory that it did not have. */
export const oneOfAHundred: Update = (advisories, at) => {
  if (at % 100 !== 7) return advisories;
  const { aliases: _, upstream: __, ...first } = advisories[0]!;
  const id = `GHSA-new-${at}`;
  return [...advisories, { ...first, id, aliases: [`CVE-2026-${50_000 + at}`], upstream: [] }];
};

/** All records were modified, and say the same. */
export const allModified: Update = (advisories) =>
  advisories.map((each) => ({ ...each, modifiedAt: each.modifiedAt + dayMs }));

/** An index of the same data, as if it had been built from nothing: what it says otherwise is not known. */
export const allUnknown: Update = (advisories) => advisories;

/** Writes what the update makes of an index; where `tellsChanges`, as an import over it would. */
export function writeUpdated(
  from: string,
  to: string,
  update: Update,
  { tellsChanges }: { readonly tellsChanges: boolean },
): void {
  const base = SqliteAdvisoryIndex.open(from);
  const writer = new IndexWriter(to, base.about.builtAt + dayMs, tellsChanges ? base : undefined);
  let at = 0;
  for (const { place, body } of base.places()) {
    const name = place.slice(place.indexOf("\n") + 1);
    const before = unpackAdvisories(name, body);
    const advisories = update(before, at++);
    const packed = advisories === before ? body : packAdvisories(advisories);
    writer.addPlace({ place, advisories, packed });
  }
  for (const row of base.cves()) writer.addCve(row);
  // Another day's EPSS makes another version, whatever else is the same.
  writer.count("epss", 1, (base.newestAt("epss") ?? 0) + dayMs);
  writer.finish({ endOfLife: base.endOfLifeNow(), followed: {}, refused: 0, odd: 0 });
  base.close();
}

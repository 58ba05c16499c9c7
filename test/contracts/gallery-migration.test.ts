/** Galleries that were filled before their index had numbers, on every store. */
import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/registry/names.ts";
import { publicRegistryOf } from "../../src/registry/public/public-registry.ts";
import { searchGallery } from "../../src/registry/public/search.ts";
import { formerStores } from "./former-schemas.ts";

/** Two repositories in the gallery. */
const rows = ["one", "two"].flatMap((name, index) => [
  `insert into gallery_entry (account, region, repository, name, alias, description, bits, pulls,
    boost, updated_at) values ('111111111111', 'public', 'id-${name}', 'team/${name}', 'mine', 'd',
    2, ${index * 1000}, ${index * 39}, 5)`,
  ...["", "team", name].map(
    (word) => `insert into gallery_word (word, account, region, repository, weight, place, boost,
      bits) values ('${word}', '111111111111', 'public', 'id-${name}', 8, ${-96 - index * 39},
      ${index * 39}, 2)`,
  ),
]);

describe.each(formerStores)("$name", ({ openFrom }) => {
  it("finds, lifts and takes out what was in the gallery before its index had numbers", async () => {
    const metadata = await openFrom(37, rows);
    const wish = { facets: {}, order: "RELEVANCE", offset: 0, limit: 9 } as const;
    const found = async (text: string) =>
      (await searchGallery({ metadata }, { ...wish, text })).entries.map(({ name }) => name);
    const ref = (id: string) => ({ registry: publicRegistryOf("111111111111" as AccountId), id });
    expect(await found("")).toEqual(["team/two", "team/one"]);
    expect(await found("team one")).toEqual(["team/one"]);
    expect(await metadata.publicRegistries.entry(ref("id-two"))).toMatchObject({
      ...{ name: "team/two", alias: "mine", pulls: 1000, bits: 2, updatedAt: 5 },
    });
    await metadata.transaction(({ publicRegistries }) =>
      publicRegistries.addPulls(ref("id-one"), 1_000_000),
    );
    expect(await found("team")).toEqual(["team/one", "team/two"]);
    await metadata.transaction(({ publicRegistries }) =>
      publicRegistries.removeGalleryRow(ref("id-one")),
    );
    expect(await found("team")).toEqual(["team/two"]);
  });
});

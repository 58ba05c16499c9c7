import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { GalleryQuery } from "../../ports/public-store.ts";
import { countFacets, type FacetCounts, type FacetWish, masksOf } from "./facets.ts";
import type { GalleryEntry } from "./gallery-entry.ts";
import { galleryLimits } from "./gallery-limits.ts";
import { everyWord, queryWords } from "./gallery-words.ts";

export interface SearchWish {
  readonly text: string;
  readonly facets: FacetWish;
  readonly order: "RELEVANCE" | "PULLS";
  readonly offset: number;
  readonly limit: number;
}

export interface Found {
  readonly entries: readonly GalleryEntry[];
  /** Of all pages. */
  readonly total: number;
  readonly counts: FacetCounts;
  /**
   * Whether all were looked at. Of a word that very many have, it is the best ones: total and counts are
   * of these.
   */
  readonly isWhole: boolean;
  readonly more: boolean;
}

type Index = { readonly metadata: Pick<MetadataReads, "publicRegistries"> };

/**
 * Public repositories that have all the words, wherever: in their names first, then in what is said of
 * them. In time that does not grow with the gallery.
 */
export async function searchGallery({ metadata }: Index, wish: SearchWish): Promise<Found> {
  const { publicRegistries } = metadata;
  const { query, isWhole } = await planned({ metadata }, wish.text);
  const masks = masksOf(wish.facets);
  const all = [...masks.values()];
  const { order, offset, limit } = wish;
  const page = { masks: all, order, offset, limit };
  const { groups, entries } = await publicRegistries.find(query, page);
  const passing = groups.filter(({ bits }) => all.every((mask) => (bits & mask) !== 0));
  const total = passing.reduce((sum, { count }) => sum + count, 0);
  const end = offset + entries.length;
  const more = end < Math.min(total, galleryLimits.deepest);
  return { entries, total, counts: countFacets(groups, masks), isWhole, more };
}

/** The rarest word first: it has the fewest rows to be looked at. */
async function planned(
  { metadata }: Index,
  text: string,
): Promise<{ query: GalleryQuery; isWhole: boolean }> {
  const words = queryWords(text);
  const asked = words.length === 0 ? [everyWord] : words;
  const candidates =
    asked.length === 1 ? galleryLimits.candidates : galleryLimits.candidatesOfSeveral;
  const counts = await metadata.publicRegistries.countWords(asked, galleryLimits.candidates + 1);
  const counted = asked.map((word, index) => ({ word, count: counts[index] ?? 0 }));
  counted.sort((one, other) => one.count - other.count);
  const isWhole = (counted[0]?.count ?? 0) <= candidates;
  return { query: { words: counted.map(({ word }) => word), candidates }, isWhole };
}

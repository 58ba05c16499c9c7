import { galleryLimits } from "./gallery-limits.ts";

/** Where a word stands, and what that is worth. */
const weights = { name: 8, publisher: 5, description: 4, facet: 3, text: 1 } as const;

/** Texts of a repository that the gallery is searched by. */
export interface SearchedTexts {
  readonly name: string;
  readonly alias: string;
  readonly publisher: string | undefined;
  readonly description: string | undefined;
  readonly facets: readonly string[];
  readonly aboutText: string | undefined;
  readonly usageText: string | undefined;
}

/**
 * The words of a text, in its order, each as often as it comes: letters and digits in lower case, whatever
 * stands between them. One pass, no pattern of a user's.
 */
export function* wordsOf(text: string): Generator<string> {
  // Bounded before it is normalised: some characters become eighteen.
  const plain = text.slice(0, galleryLimits.textCharacters).normalize("NFKC").toLowerCase();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (word.length <= galleryLimits.wordCharacters) yield word;
  }
}

/** Each word of a repository once, with the most that it is worth; those that are worth most, if too many. */
export function weighWords(texts: SearchedTexts): ReadonlyMap<string, number> {
  const weighed = new Map<string, number>();
  const add = (text: string | undefined, weight: number) => {
    if (text === undefined) return;
    for (const word of wordsOf(text)) {
      if (weighed.has(word)) continue; // Added by weight, so that the first is the most.
      if (weighed.size >= galleryLimits.wordsPerRepository) return;
      weighed.set(word, weight);
    }
  };
  add(texts.name, weights.name);
  add(texts.alias, weights.publisher);
  add(texts.publisher, weights.publisher);
  add(texts.description, weights.description);
  for (const facet of texts.facets) add(facet, weights.facet);
  add(texts.aboutText, weights.text);
  add(texts.usageText, weights.text);
  return weighed;
}

/** The word that every repository has, for who asks for none. No text has it. */
export const everyWord = "";

/** What somebody searches for: each word once, the first few. */
export function queryWords(text: string): readonly string[] {
  const words = new Set<string>();
  for (const word of wordsOf(text)) {
    words.add(word);
    if (words.size === galleryLimits.queryWords) break;
  }
  return [...words];
}

/**
 * How much being pulled, and being verified, lifts a repository: a fourth of a doubling is one step, so
 * that the rows of a repository change seldom however much it is pulled.
 */
export function boostOf(pulls: number, isVerified: boolean): number {
  const popularity = Math.min(63, Math.floor(4 * Math.log2(1 + pulls)));
  return popularity + (isVerified ? 8 : 0);
}

/** Where a row stands among those of its word: the lower, the earlier. */
export function rankOf(weight: number, boost: number): number {
  return -(weight * galleryLimits.weightUnit + boost);
}

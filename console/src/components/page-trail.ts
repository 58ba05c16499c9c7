/** No token has it: they are base64url. */
const separator = ".";
/** Addresses stay far below what servers and proxies take: some ten pages, more where names are short. */
const mostCharacters = 3_000;
/** Pages that a list can show: ECR has no longer lists. */
const mostPages = 2_000;

/** Where a page begins that nobody went through to: its list begins anew from the first. */
export const unknown = null;
/** `undefined` is where the first page begins. */
export type PageToken = string | undefined | typeof unknown;

/** What the address has of the page that is shown. */
export const firstPage = { page: "", from: "" } as const;

export interface PageTrail {
  /** The page that is shown, from 1 on. */
  readonly page: number;
  /** Where pages begin, as far as the address tells: up to the one that is shown. */
  readonly tokens: readonly PageToken[];
}

/** Of an address, which somebody may have written by hand: its page, and the way there. */
export function readTrail(page: string | null, from: string | null): PageTrail {
  const told = (from ?? "").split(separator).filter((token) => token !== "");
  if (told.length === 0) return { page: 1, tokens: [undefined] };
  const shown = Math.min(Math.max(Math.trunc(Number(page)) || 2, 2), mostPages);
  const known = told.slice(-(shown - 1));
  const gap = Array.from({ length: shown - 1 - known.length }, () => unknown);
  return { page: shown, tokens: [undefined, ...gap, ...known] };
}

/** For the address of a page: where it begins, and the pages before it, the nearest ones of many. */
export function writeTrail(tokens: readonly PageToken[], page: number) {
  const known: string[] = [];
  let characters = 0;
  for (let at = page - 1; at > 0; at -= 1) {
    const token = tokens[at];
    if (typeof token !== "string") break;
    characters += token.length + separator.length;
    if (known.length > 0 && characters > mostCharacters) break;
    known.unshift(token);
  }
  return known.length === 0 ? firstPage : { page: String(page), from: known.join(separator) };
}

/** Digests as people read and type them. */
import { CommandError } from "./client.ts";

const shownCharacters = 12;
const leastCharacters = 4;
const whole = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const beginning = /^(?:sha256:|sha512:)?([0-9a-f]+)$/;

/** `sha256:0123456789ab`: enough to tell images of a repository apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(":") + 1 + shownCharacters);
}

export function isWholeDigest(text: string): boolean {
  return whole.test(text);
}

/**
 * The one of these digests that begins so, as `shortDigest` shows them; with or without the algorithm.
 * @param what what they are digests of, for a refusal
 * @throws CommandError when it is the beginning of none, or of several
 */
export function digestAmong(text: string, digests: Iterable<string>, what: string): string {
  if (whole.test(text)) return text;
  const characters = beginning.exec(text)?.[1] ?? "";
  if (characters.length < leastCharacters) {
    throw new CommandError(`"${text}" is no digest: use sha256:… or its first characters`, 2);
  }
  const isNamed = text.includes(":");
  const found = new Set<string>();
  for (const digest of digests) {
    const from = isNamed ? digest : digest.slice(digest.indexOf(":") + 1);
    if (from.startsWith(text)) found.add(digest);
  }
  const [digest] = found;
  if (digest === undefined) throw new CommandError(`no ${what} has a digest that begins ${text}`);
  if (found.size > 1) {
    throw new CommandError(`${found.size} digests begin ${text}: use more of it`);
  }
  return digest;
}

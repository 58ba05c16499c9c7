import { compareSemantic, parseSemantic, type SemanticVersion } from "./semver.ts";
import { digitsOf, endOfDigits, endOfLetters, isDigit } from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

/**
 * Versions of Go modules and of Go itself. Pseudo-versions are pre-releases, `+incompatible` counts for
 * nothing, `(devel)` cannot be compared. Go's own `go1.21rc2` is what the Go vulnerability database
 * writes `1.21.0-rc.2`; what a toolchain says behind a space (`X:boringcrypto`) is no part of the version.
 * Source: go.dev/ref/mod, "Versions"; go.dev/doc/toolchain, "Go versions".
 */
export const go = versionSchemeOf("go", parse, compareSemantic);

function parse(version: string): SemanticVersion | undefined {
  const text = version.trim().split(" ", 1)[0] ?? "";
  const bare = text.startsWith("go") && isDigit(text.charCodeAt(2)) ? text.slice(2) : text;
  return parseToolchain(bare) ?? parseSemantic(bare);
}

/** `1.21rc2`: numbers, a word and a number, with nothing between them. */
function parseToolchain(text: string): SemanticVersion | undefined {
  let wordAt = 0;
  while (wordAt < text.length && (isDigit(text.charCodeAt(wordAt)) || text[wordAt] === "."))
    wordAt++;
  const wordEnd = endOfLetters(text, wordAt);
  const isWhole = wordEnd < text.length && endOfDigits(text, wordEnd) === text.length;
  if (wordAt === 0 || wordEnd === wordAt || !isWhole || !isDigit(text.charCodeAt(wordAt - 1))) {
    return undefined;
  }
  const release = parseSemantic(text.slice(0, wordAt));
  const word = text.slice(wordAt, wordEnd);
  return release && { ...release, preRelease: [{ word }, { number: digitsOf(text, wordEnd) }] };
}

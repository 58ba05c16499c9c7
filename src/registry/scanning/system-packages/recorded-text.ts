import { FileRefused } from "../file-analyzer.ts";
import { systemPackageLimits as limits } from "./system-package-limits.ts";

/** Calls `take` with each line, without its end. */
export function eachLine(text: string, take: (line: string) => void): void {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const hasReturn = end > start && text.charCodeAt(end - 1) === 0x0d;
    take(text.slice(start, hasReturn ? end - 1 : end));
    start = end + 1;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function decodeText(content: Uint8Array): string {
  return decoder.decode(content);
}

/**
 * A name or a version that a package cannot be without.
 * @throws FileRefused if there is none, or one that is none
 */
export function word(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw new FileRefused(`a package without ${what}`);
  if (value.length > limits.wordCharacters) {
    throw new FileRefused(`${what} of more than ${limits.wordCharacters} characters`);
  }
  return value;
}

/** What can be shortened without another meaning; absent if there is nothing. */
export function note(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value.slice(0, limits.noteCharacters);
}

/** @throws FileRefused if one file records more packages than any system has */
export function checkPackageCount(count: number): void {
  if (count > limits.packagesPerFile) {
    throw new FileRefused(`more than ${limits.packagesPerFile} packages`);
  }
}

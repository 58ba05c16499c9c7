import { FileRefused } from "../file-analyzer.ts";
import { cleanPath } from "../layer-path.ts";
import { systemPackageLimits as limits } from "./system-package-limits.ts";

/** Where no package of any language lies: half of what a system's packages own. */
const withoutPackages = ["doc/", "man/", "locale/", "info/", "lintian/", "icons/", "zoneinfo/"].map(
  (folder) => `usr/share/${folder}`,
);

/** Collects the paths that packages of the system own, but for documentation and the like. */
export class OwnedPaths {
  readonly #paths: string[] = [];
  #characters = 0;

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** @throws FileRefused if they are more than any system has: a short file can tell of endless ones */
  add(written: string): void {
    if (written.length > limits.pathCharacters) {
      throw new FileRefused(`a path of more than ${limits.pathCharacters} characters`);
    }
    const path = cleanPath(written);
    if (path === "" || withoutPackages.some((folder) => path.startsWith(folder))) return;
    this.#characters += path.length;
    this.#paths.push(path);
    if (this.#paths.length > limits.ownedPathsPerFile) {
      throw new FileRefused(`more than ${limits.ownedPathsPerFile} paths`);
    }
    if (this.#characters > limits.ownedPathCharactersPerFile) {
      throw new FileRefused(`more than ${limits.ownedPathCharactersPerFile} characters of paths`);
    }
  }
}

import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { ContentFile, ContentFiles } from "../../ports/content-files.ts";
import { lazily } from "./lazily.ts";

/**
 * The files of a directory, and nothing outside of it, whatever names its own lists have and wherever its
 * links lead: somebody else may have made it, and what is read goes to a registry.
 */
export class DirectoryFiles implements ContentFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async find(path: string): Promise<ContentFile | undefined> {
    const file = await this.#within(path);
    if (file === undefined) return undefined;
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return { sizeBytes: found.size, stream: () => lazily(() => createReadStream(file)) };
  }

  async close(): Promise<void> {}

  /** Where it really is; `undefined` where that is elsewhere, or nowhere. */
  async #within(path: string): Promise<string | undefined> {
    try {
      const [root, file] = await Promise.all([
        realpath(this.#root),
        realpath(join(this.#root, path)),
      ]);
      const from = relative(root, file);
      const isOutside = from === ".." || from.startsWith(`..${sep}`) || isAbsolute(from);
      return isOutside ? undefined : file;
    } catch {
      return undefined;
    }
  }
}

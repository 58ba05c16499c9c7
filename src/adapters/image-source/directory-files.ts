import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ContentFile, ContentFiles } from "../../ports/content-files.ts";
import { lazily } from "./lazily.ts";

/** The files of a directory. Only asked for names that are fixed, or made of digests. */
export class DirectoryFiles implements ContentFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async find(path: string): Promise<ContentFile | undefined> {
    const file = join(this.#root, path);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return { sizeBytes: found.size, stream: () => lazily(() => createReadStream(file)) };
  }

  async close(): Promise<void> {}
}

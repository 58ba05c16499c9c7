import { createReadStream, type Dirent } from "node:fs";
import { opendir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ContentFile } from "../../ports/content-files.ts";
import type {
  SourceReference,
  SourceRepository,
  TakeoverSource,
} from "../../ports/takeover-source.ts";
import { type Digest, isDigest } from "../../registry/names.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { StoredRepository } from "./layout-source.ts";

const roots = ["docker/registry/v2", "registry/v2", "v2", "."];
/** Folders in folders that are parts of a repository's name. */
const mostDepth = 64;

/** Where `repositories/` and `blobs/` of distribution's storage are, at or below a directory. */
export async function distributionRoot(directory: string): Promise<string | undefined> {
  for (const root of roots) {
    const path = join(directory, root);
    const areThere = await Promise.all(
      ["repositories", "blobs"].map((name) => isDirectory(join(path, name))),
    );
    if (areThere.every(Boolean)) return path;
  }
  return undefined;
}

/**
 * What distribution's registry stores, without the registry: every tag, and every revision that has none. The
 * registry should not write meanwhile; what vanishes is told as left out.
 * Source: distribution, "registry/storage/paths.go".
 */
export class DistributionDirectory implements TakeoverSource {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const find = (digest: Digest) => this.#blob(digest);
    for await (const name of this.#names("", 0)) {
      yield new StoredRepository(name, this.#references(name), find);
    }
  }

  async close(): Promise<void> {}

  async *#names(parent: string, depth: number): AsyncGenerator<string> {
    if (depth > mostDepth) return;
    for await (const entry of foldersIn(join(this.#root, "repositories", parent))) {
      if (entry.startsWith("_")) continue;
      const name = parent === "" ? entry : `${parent}/${entry}`;
      if (await isDirectory(join(this.#root, "repositories", name, "_manifests"))) yield name;
      yield* this.#names(name, depth + 1);
    }
  }

  async *#references(name: string): AsyncGenerator<SourceReference> {
    const manifests = join(this.#root, "repositories", name, "_manifests");
    for await (const tag of foldersIn(join(manifests, "tags"))) {
      const link = join(manifests, "tags", tag, "current", "link");
      const digest = await digestIn(link);
      // A tag whose image was deleted; distribution does not show it either.
      if (digest !== undefined) yield { tag, digest };
    }
    for (const algorithm of ["sha256", "sha512"]) {
      for await (const hex of foldersIn(join(manifests, "revisions", algorithm))) {
        const digest = await digestIn(join(manifests, "revisions", algorithm, hex, "link"));
        if (digest !== undefined) yield { digest };
      }
    }
  }

  async #blob(digest: Digest): Promise<ContentFile | undefined> {
    const [algorithm = "", hex = ""] = digest.split(":");
    const file = join(this.#root, "blobs", algorithm, hex.slice(0, 2), hex, "data");
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return { sizeBytes: found.size, stream: () => createReadStream(file) };
  }
}

async function digestIn(link: string): Promise<Digest | undefined> {
  const text = await readFile(link, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new TakeoverFailure("refused", `${link} can not be read: ${error.message}`);
  });
  const digest = text.trim();
  return isDigest(digest) ? digest : undefined;
}

async function* foldersIn(path: string): AsyncGenerator<string> {
  let directory: AsyncIterable<Dirent>;
  try {
    directory = await opendir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new TakeoverFailure("refused", `${path} can not be read: ${(error as Error).message}`);
  }
  for await (const entry of directory) if (entry.isDirectory()) yield entry.name;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

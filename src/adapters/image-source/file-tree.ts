import { createReadStream } from "node:fs";
import { type FileHandle, lstat, open, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { ImageSource, SourceImage } from "../../ports/image-source.ts";
import { layerLimits } from "../../registry/scanning/layer-limits.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { padding, tarEnd, treeEntry } from "../../registry/scanning/tree-entry.ts";
import { lazily } from "./lazily.ts";

/** Of a system that runs: no files, and without end. */
const notFiles: ReadonlySet<string> = new Set(["proc", "sys", "dev"]);

/** A tree of files, such as an unpacked image, as one layer. */
export class FileTree implements ImageSource {
  readonly #root: string;
  readonly #name: string;

  constructor(root: string, name: string) {
    this.#root = root;
    this.#name = name;
  }

  async image(): Promise<SourceImage> {
    return {
      ...{ name: this.#name, digest: "" },
      configMediaType: "application/vnd.oci.image.config.v1+json",
      layers: [
        {
          mediaType: "application/vnd.oci.image.layer.v1.tar",
          open: async () => lazily(() => this.#archive()),
        },
      ],
    };
  }

  async close(): Promise<void> {}

  async *#archive(): AsyncGenerator<Uint8Array> {
    const open = [""];
    let entries = 0;
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      for (const name of (await readdir(join(this.#root, folder))).sort()) {
        const path = folder === "" ? name : `${folder}/${name}`;
        if (folder === "" && notFiles.has(name)) continue;
        if (++entries > layerLimits.entries) {
          throw new ScanRefusal("FAILED", `There are more than ${layerLimits.entries} files in it`);
        }
        const isFolder = yield* this.#entry(path);
        if (isFolder) open.push(path);
      }
    }
    yield tarEnd;
  }

  async *#entry(path: string): AsyncGenerator<Uint8Array, boolean> {
    const file = join(this.#root, path);
    const found = await lstat(file);
    if (found.isSymbolicLink()) {
      yield treeEntry({ path, kind: "symlink", target: await readlink(file), ...found });
      return false;
    }
    if (found.isDirectory()) {
      yield treeEntry({ path, kind: "directory", ...found });
      return true;
    }
    if (found.isFile()) yield* fileEntry(file, path);
    return false;
  }
}

/** As long as it is when it is opened: whoever writes to it meanwhile adds nothing, and takes nothing away. */
async function* fileEntry(file: string, path: string): AsyncGenerator<Uint8Array> {
  const handle: FileHandle = await open(file, "r");
  try {
    const { size, mode, uid, gid } = await handle.stat();
    yield treeEntry({ path, kind: "file", size, mode, uid, gid });
    let bytes = 0;
    if (size > 0) {
      const range = { start: 0, end: size - 1, autoClose: false };
      for await (const piece of createReadStream("", { ...range, fd: handle })) {
        bytes += (piece as Uint8Array).length;
        yield piece as Uint8Array;
      }
    }
    if (bytes < size) throw new ScanRefusal("FAILED", `${path} became shorter while it was read`);
    yield padding(size);
  } finally {
    await handle.close();
  }
}

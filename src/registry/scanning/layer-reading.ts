import { createHash } from "node:crypto";
import { EntryReading } from "./entry-reading.ts";
import type { FileAnalyzer } from "./file-analyzer.ts";
import type { LayerFile } from "./layer-file.ts";
import type { LayerInventory } from "./layer-inventory.ts";
import { cleanPath, nameOf, parentOf } from "./layer-path.ts";
import type { LayerReadingOptions } from "./layer-reading-options.ts";
import { LayerRecords } from "./layer-records.ts";
import { LayerRefused } from "./layer-refused.ts";
import { LayerTree } from "./layer-tree.ts";
import { type TarContent, type TarEntry, TarReader } from "./tar-reader.ts";

/** Raised whenever layers are read in another way: inventories that are kept are then made anew. */
const readingVersion = 1;

const whiteoutPrefix = ".wh.";
const opaqueMarker = ".wh..wh..opq";
/** Names that aufs kept for itself. */
const metaPrefix = ".wh..wh.";
/** Linux takes none that are longer. Source: limits.h, `PATH_MAX`. */
const pathCharacters = 4_096;

/** What `LayerInventory.madeBy` says for these analyzers. */
export function madeBy(analyzers: readonly FileAnalyzer[]): string {
  const names = analyzers.map(({ name, version }) => `${name}@${version}`).sort();
  return [`layer@${readingVersion}`, ...names].join(" ");
}

/** Reads the uncompressed archive of one layer as it comes. */
export class LayerReading {
  readonly #options: LayerReadingOptions;
  readonly #tar = new TarReader((entry) => this.#enter(entry));
  readonly #hash = createHash("sha256");
  readonly #tree = new LayerTree();
  readonly #records: LayerRecords;
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  #sizeBytes = 0;
  #entries = 0;
  #pathCharacters = 0;

  constructor(options: LayerReadingOptions) {
    this.#options = options;
    this.#records = new LayerRecords(options.limits);
  }

  /** @throws LayerRefused */
  push(piece: Uint8Array): void {
    this.#sizeBytes += piece.length;
    if (this.#sizeBytes > this.#options.limits.uncompressedBytes) {
      throw tooLarge(`more than ${this.#options.limits.uncompressedBytes} bytes`);
    }
    this.#hash.update(piece);
    this.#tar.push(piece);
  }

  /** @throws LayerRefused */
  end(): LayerInventory {
    this.#tar.end();
    const diffId = `sha256:${this.#hash.digest("hex")}`;
    const files = this.#tree.files();
    const found = this.#records.end(files, this.#tree, this.#options);
    for (const path of this.#tree.devices()) this.#whiteouts.add(path);
    return {
      diffId,
      madeBy: madeBy(this.#options.analyzers),
      sizeBytes: this.#sizeBytes,
      ...found,
      files,
      whiteouts: [...this.#whiteouts],
      opaque: [...this.#opaque],
    };
  }

  #enter(entry: TarEntry): TarContent | undefined {
    if (entry.path.length > pathCharacters) throw pathTooLong();
    const written = cleanPath(entry.path);
    if (nameOf(written).startsWith(whiteoutPrefix)) {
      this.#count(written, "");
      this.#hide(written); // Links of the layer do not lead it: what is in doubt stays.
      return undefined;
    }
    const path = this.#tree.place(written);
    this.#count(path, entry.target);
    if (path === "" || entry.kind === "other") return undefined;
    if (entry.kind === "device") {
      this.#tree.add(path, undefined);
      return undefined;
    }
    const file: LayerFile = {
      path,
      kind: entry.kind,
      sizeBytes: entry.sizeBytes,
      mode: entry.mode,
      userId: entry.userId,
      groupId: entry.groupId,
      ...((entry.kind === "symlink" || entry.kind === "hardlink") && { target: entry.target }),
    };
    this.#tree.add(path, file);
    this.#records.forget(path);
    return entry.kind === "file" ? this.#read(file, entry.isSparse) : undefined;
  }

  #read(file: LayerFile, isSparse: boolean): TarContent | undefined {
    const wanting = this.#options.analyzers.filter((analyzer) => analyzer.wants(file));
    if (this.#options.systemFiles.includes(file.path)) {
      wanting.push(this.#records.systemFile(file, this.#options.limits.systemFileBytes));
    }
    if (wanting.length === 0) return undefined;
    if (isSparse) {
      for (const { name } of wanting) this.#records.refuse(file.path, name, "a sparse file");
      return undefined;
    }
    return new EntryReading(file, wanting, this.#records);
  }

  #hide(path: string): void {
    const name = nameOf(path);
    const directory = parentOf(path);
    if (name === opaqueMarker) this.#opaque.add(directory);
    else if (!name.startsWith(metaPrefix)) {
      const hidden = name.slice(whiteoutPrefix.length);
      if (hidden === "" || hidden === "." || hidden === "..") {
        throw new LayerRefused("damaged", "The layer removes a file that has no name.");
      }
      this.#whiteouts.add(directory === "" ? hidden : `${directory}/${hidden}`);
    }
  }

  #count(path: string, target: string): void {
    const { limits } = this.#options;
    if (path.length > pathCharacters || target.length > pathCharacters) {
      throw pathTooLong();
    }
    if (++this.#entries > limits.entries) throw tooLarge(`more than ${limits.entries} entries`);
    this.#pathCharacters += path.length + target.length;
    if (this.#pathCharacters > limits.pathCharacters) {
      throw tooLarge(`more than ${limits.pathCharacters} characters of paths`);
    }
  }
}

function tooLarge(what: string): LayerRefused {
  return new LayerRefused("too-large", `The layer has ${what}.`);
}

function pathTooLong(): LayerRefused {
  return new LayerRefused("damaged", "The layer has a path that is longer than any system's.");
}

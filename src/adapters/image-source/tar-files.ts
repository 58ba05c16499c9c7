import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ContentFile, ContentFiles } from "../../ports/content-files.ts";
import { cleanPath, parentOf } from "../../registry/scanning/layer-path.ts";
import { LayerRefused } from "../../registry/scanning/layer-refused.ts";
import { outsideLimits } from "../../registry/scanning/outside/outside-limits.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { type TarContent, type TarEntry, TarReader } from "../../registry/scanning/tar-reader.ts";
import { lazily } from "./lazily.ts";

interface Place {
  readonly at: number;
  readonly sizeBytes: number;
}

const readBytes = 1024 * 1024;

/**
 * The files of an uncompressed tar archive, by where they lie in it. Nothing is unpacked: whatever names and links
 * an archive has, nothing is written anywhere.
 */
export class TarFiles implements ContentFiles {
  readonly #archive: string;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #links: ReadonlyMap<string, string>;
  readonly #discard: () => Promise<void>;

  private constructor(archive: string, index: TarIndex, discard: () => Promise<void>) {
    this.#archive = archive;
    this.#places = index.places;
    this.#links = index.links;
    this.#discard = discard;
  }

  /**
   * @param discard called when the archive is not needed any more
   * @throws ScanRefusal if it is no archive, or one of too much
   */
  static async open(archive: string, discard: () => Promise<void>): Promise<TarFiles> {
    const index = new TarIndex();
    const { size } = await stat(archive);
    try {
      for await (const piece of createReadStream(archive, { highWaterMark: readBytes })) {
        index.push(piece as Uint8Array);
      }
      index.end(size);
    } catch (error) {
      if (!(error instanceof LayerRefused)) throw error;
      throw new ScanRefusal("FAILED", `It is no archive that can be read: ${error.message}`);
    }
    return new TarFiles(archive, index, discard);
  }

  /** Also by links: older archives have one for a layer that is in several images. */
  async find(path: string): Promise<ContentFile | undefined> {
    let name = cleanPath(path);
    for (let hops = 0; hops < outsideLimits.linkHops; hops++) {
      const place = this.#places.get(name);
      if (place !== undefined) return this.#file(place);
      const target = this.#links.get(name);
      if (target === undefined) return undefined;
      name = target;
    }
    return undefined;
  }

  /** The archive itself. */
  whole(): Readable {
    return lazily(() => createReadStream(this.#archive, { highWaterMark: readBytes }));
  }

  close(): Promise<void> {
    return this.#discard();
  }

  #file({ at, sizeBytes }: Place): ContentFile {
    const range = { start: at, end: at + sizeBytes - 1, highWaterMark: readBytes };
    const stream = () =>
      sizeBytes === 0
        ? Readable.from([])
        : lazily(() => createReadStream(this.#archive, range) as AsyncIterable<Uint8Array>);
    return { sizeBytes, stream };
  }
}

class TarIndex {
  readonly places = new Map<string, Place>();
  /** Where links lead, from the archive's root. */
  readonly links = new Map<string, string>();
  readonly #reader = new TarReader((entry) => this.#enter(entry));
  #piece: Uint8Array = new Uint8Array(0);
  /** Of the piece, in the archive. */
  #start = 0;
  #entries = 0;

  push(piece: Uint8Array): void {
    this.#piece = piece;
    this.#reader.push(piece);
    this.#start += piece.length;
  }

  end(sizeBytes: number): void {
    this.#reader.end();
    if (sizeBytes === 0) throw new ScanRefusal("FAILED", "It is empty");
  }

  #enter({ path, kind, sizeBytes, target, isSparse }: TarEntry): TarContent | undefined {
    if (++this.#entries > outsideLimits.archiveEntries) {
      const sentence = `The archive has more than ${outsideLimits.archiveEntries} files`;
      throw new ScanRefusal("FAILED", sentence);
    }
    const name = cleanPath(path);
    // The last one of a name counts, as when it is unpacked.
    this.places.delete(name);
    this.links.delete(name);
    if (kind === "hardlink") this.links.set(name, cleanPath(target));
    if (kind === "symlink") this.links.set(name, cleanPath(`${parentOf(name)}/${target}`));
    if (kind !== "file" || isSparse) return undefined;
    if (sizeBytes === 0) this.places.set(name, { at: 0, sizeBytes });
    let isFirst = true;
    return {
      push: (part) => {
        if (!isFirst) return;
        isFirst = false;
        const at = this.#start + (part.byteOffset - this.#piece.byteOffset);
        this.places.set(name, { at, sizeBytes });
      },
      end: () => undefined,
    };
  }
}

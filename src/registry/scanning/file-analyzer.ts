import type { FoundPackage } from "./found-package.ts";
import type { LayerFile } from "./layer-file.ts";

/** Who built the packages that so many paths in turn are of. */
export interface PathOwner {
  /** As `FoundPackage.vendor`. */
  readonly vendor?: string;
  readonly paths: number;
}

/** What one analyzer found in one file. */
export interface FileFindings {
  readonly packages: readonly FoundPackage[];
  /** Paths that belong to these packages, as far as the file says so; `LayerFile.path`s. */
  readonly ownedPaths?: readonly string[];
  /** Of all `ownedPaths`, in their order, where the file tells of packages of several vendors. */
  readonly owners?: readonly PathOwner[];
}

/** Takes one file's content piece by piece. Pieces are only good until the call returns. */
export interface FileReading {
  /** Returns false once no more is wanted: the rest is skipped, `end` is called all the same. */
  push(piece: Uint8Array): boolean;
  /** @throws FileRefused if the content is not what it seems, or more than is looked at */
  end(): FileFindings;
}

/**
 * Knows one way in which packages are recorded. It gets bytes that anyone can have written: whatever they
 * are, it ends in time and space proportional to their number, by findings or by FileRefused.
 */
export interface FileAnalyzer {
  /** Told with what it found; unique among all analyzers: `dpkg`, `python`. */
  readonly name: string;
  /** Raised whenever it would find something else in the same file: layers are then read again. */
  readonly version: number;
  /** Decides by path, mode and size alone. Only called with files. */
  wants(file: LayerFile): boolean;
  read(file: LayerFile): FileReading;
}

/**
 * A file that could not be analyzed. Its layer's inventory says so: it is never taken for one without packages.
 */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

/** Reads whole files of up to `maxBytes` into memory. */
export function wholeFile(
  maxBytes: number,
  parse: (content: Uint8Array, file: LayerFile) => FileFindings,
): (file: LayerFile) => FileReading {
  return (file) => {
    // Sizes of layers' files are true, and then nothing is copied twice.
    let content = new Uint8Array(Math.min(file.sizeBytes, maxBytes));
    let bytes = 0;
    return {
      push(piece) {
        const end = bytes + piece.length;
        if (end > content.length && end <= maxBytes) content = enlarged(content, end, maxBytes);
        if (end <= maxBytes) content.set(piece, bytes);
        bytes = end;
        return end <= maxBytes;
      },
      end() {
        if (bytes > maxBytes) throw new FileRefused(`larger than ${maxBytes} bytes`);
        return parse(content.subarray(0, bytes), file);
      },
    };
  };
}

function enlarged(
  content: Uint8Array,
  leastBytes: number,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(Math.max(leastBytes, content.length * 2), mostBytes));
  larger.set(content);
  return larger;
}

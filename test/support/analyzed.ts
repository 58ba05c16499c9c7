import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { FileAnalyzer, FileFindings } from "../../src/registry/scanning/file-analyzer.ts";
import type { FoundPackage } from "../../src/registry/scanning/found-package.ts";
import type { LayerFile } from "../../src/registry/scanning/layer-file.ts";

/** A file of a layer that can be executed. */
export function layerFile(path: string, sizeBytes: number): LayerFile {
  return { path, kind: "file", sizeBytes, mode: 0o755, userId: 0, groupId: 0 };
}

/**
 * What an analyzer finds in a file that comes in pieces of these sizes, the last one again and again. The memory of
 * each piece is used again for the next, as a layer's reader may do.
 */
export function analyzed(
  analyzer: FileAnalyzer,
  path: string,
  content: Uint8Array | string,
  pieceSizes: readonly number[] = [64 * 1024],
): FileFindings {
  const bytes = Buffer.from(content as Uint8Array);
  const reading = analyzer.read(layerFile(path, bytes.length));
  const memory = Buffer.alloc(Math.max(...pieceSizes));
  let piece = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = pieceSizes[Math.min(piece++, pieceSizes.length - 1)]!;
    const length = bytes.copy(memory, 0, at, at + size);
    at += length;
    if (!reading.push(memory.subarray(0, length))) break;
  }
  return reading.end();
}

/** `type namespace/name@version`, as it stands in the file; `!` and the place inside, if it has one. */
export function named(findings: FileFindings): string[] {
  return findings.packages.map(nameOf);
}

function nameOf({ type, namespace, name, version, inside }: FoundPackage): string {
  const whole = namespace === undefined ? name : `${namespace}/${name}`;
  return `${type} ${whole}@${version}${inside === undefined ? "" : ` !${inside}`}`;
}

const samples = new URL("../data/scanning/", import.meta.url);

/** A sample of `test/data/scanning`, unpacked if it is compressed. */
export function scanningSample(path: string): Buffer {
  const content = readFileSync(new URL(path, samples));
  return path.endsWith(".gz") ? gunzipSync(content) : content;
}

import { type FileHandle, open } from "node:fs/promises";

export const pieceBytes = 1024 * 1024;

/** A part of a file, or all of it. */
export class FileBytes {
  readonly lengthBytes: number;
  readonly #file: FileHandle;
  readonly #start: number;

  constructor(file: FileHandle, start: number, lengthBytes: number) {
    this.#file = file;
    this.#start = start;
    this.lengthBytes = lengthBytes;
  }

  static async open(path: string): Promise<{ bytes: FileBytes; file: FileHandle }> {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      return { bytes: new FileBytes(file, 0, size), file };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** From `position` on; fewer than asked for at the end. */
  async read(position: number, lengthBytes: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(lengthBytes, this.lengthBytes - position));
    const target = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const at = this.#start + position + filled;
      const { bytesRead } = await this.#file.read(target, filled, wanted - filled, at);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return target.subarray(0, filled);
  }

  async *pieces(from = 0): AsyncGenerator<Buffer> {
    for (let position = from; position < this.lengthBytes; ) {
      const piece = await this.read(position, pieceBytes);
      if (piece.length === 0) return; // The file is shorter than it was.
      yield piece;
      position += piece.length;
    }
  }

  /** Lines from a line's beginning on, each with where it begins, without their ends. */
  async *lines(from = 0): AsyncGenerator<{ readonly at: number; readonly line: Buffer }> {
    let at = from;
    let begun: Buffer[] = [];
    let begunBytes = 0;
    for await (const piece of this.pieces(from)) {
      let start = 0;
      for (;;) {
        const end = piece.indexOf(0x0a, start);
        if (end === -1) break;
        const rest = piece.subarray(start, end);
        yield { at, line: begun.length === 0 ? rest : Buffer.concat([...begun, rest]) };
        at += begunBytes + rest.length + 1;
        begun = [];
        begunBytes = 0;
        start = end + 1;
      }
      if (start < piece.length) {
        begun.push(piece.subarray(start));
        begunBytes += piece.length - start;
      }
    }
    if (begunBytes > 0) yield { at, line: Buffer.concat(begun) };
  }
}

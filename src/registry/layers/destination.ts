import { type GrowingFile, nothingStaged, type StagedBlob } from "../../ports/blob-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { freeMemory } from "../free-memory.ts";
import { limits } from "../limits.ts";
import { stagedBytes, type Upload } from "./upload.ts";

/**
 * Where a session's sealed bytes go: into its row while they are few, else into a staged object. A
 * config or a small layer then costs no file, and is durable with the row.
 */
export class Destination {
  readonly #ports: Ports;
  readonly #upload: Upload;
  #kept: Uint8Array[] | undefined;
  #keptBytes: number;
  #staged: StagedBlob | undefined;
  #place: string;

  constructor(ports: Ports, upload: Upload) {
    this.#ports = ports;
    this.#upload = upload;
    // What the blob store encrypts is for it alone: the database would have it in the clear.
    const isStaged = !isSealed(upload) || (upload.kept === undefined && upload.sealedBytes > 0);
    this.#kept = isStaged ? undefined : [upload.kept ?? new Uint8Array()];
    this.#keptBytes = upload.kept?.length ?? 0;
    this.#place = upload.place;
  }

  /** What belongs into the session's row; `undefined` once the bytes are staged. */
  get kept(): Uint8Array | undefined {
    return this.#kept && Buffer.concat(this.#kept);
  }

  /** Takes the pieces away: their memory is gone once they are staged. One call at a time. */
  async append(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#kept === undefined) {
      const staged = await this.#stage();
      await staged.append(pieces);
      for (const piece of pieces) freeMemory(piece); // They were sealed for this and nothing else.
      return;
    }
    this.#kept.push(...pieces);
    this.#keptBytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (this.#keptBytes > limits.keptObjectBytes) await this.#stage();
  }

  /**
   * The file that has all bytes so far and to whose end more may be written; `undefined` where the
   * store has no files. From now on nothing is kept in the row.
   */
  async file(): Promise<GrowingFile | undefined> {
    return (await this.#stage()).file;
  }

  /** Takes note of bytes that were written to the end of that file. Throws as `append` does. */
  grew(byBytes: number): void {
    this.#staged?.file?.grew(byBytes);
  }

  async #stage(): Promise<StagedBlob> {
    if (this.#staged !== undefined) return this.#staged;
    const kept = this.#kept;
    // The row still has what is kept: a crash from here on finds it there, and begins the file anew.
    const synced = kept === undefined ? stagedBytes(this.#upload) : nothingStaged;
    const staged = await this.#ports.blobs.stage(this.#upload.object, synced);
    this.#staged = staged;
    this.#kept = undefined;
    if (kept !== undefined) await staged.append(kept);
    return staged;
  }

  /** Staged bytes are durable when this resolves; kept ones are with the row that takes them. */
  async sync(): Promise<void> {
    if (this.#staged !== undefined) this.#place = await this.#staged.sync();
  }

  /** Where the staged bytes are, as of the last sync. */
  get place(): string {
    return this.#place;
  }

  async close(): Promise<void> {
    await this.#staged?.close();
  }
}

import type { OpenBlob } from "../../ports/blob-store.ts";
import { invariant } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";
import { refusing } from "./durability.ts";
import type { OpenFile } from "./file-system.ts";
import { objectTooShort } from "./object-key.ts";

/** A file that is an object. */
export class FileBlob implements OpenBlob {
  readonly sizeBytes: number;
  readonly #key: ObjectId;
  readonly #file: OpenFile;

  constructor(key: ObjectId, file: OpenFile, sizeBytes: number) {
    this.#key = key;
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  get descriptor(): number | undefined {
    return this.#file.descriptor;
  }

  async read(position: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    const target = into?.subarray(0, lengthBytes) ?? Buffer.allocUnsafe(lengthBytes);
    invariant(target.byteLength === lengthBytes, "a buffer to read into must hold the bytes");
    let filled = 0;
    while (filled < lengthBytes) {
      const rest = filled === 0 ? target : target.subarray(filled);
      const count = await refusing(() => this.#file.read(rest, position + filled));
      if (count === 0) throw objectTooShort(this.#key, position + filled, position + lengthBytes);
      filled += count;
    }
    return target;
  }

  close(): Promise<void> {
    return refusing(() => this.#file.close());
  }
}

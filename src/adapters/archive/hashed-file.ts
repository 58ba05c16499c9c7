import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

const gatheredBytes = 1024 * 1024;

/** What is known of a file that was written. */
export interface FileFacts {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A new file that is written from its beginning to its end, readable to its owner only. */
export class HashedFile {
  readonly #file: FileHandle;
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, "wx", 0o600));
  }

  /** Where the next byte goes. */
  get bytes(): number {
    return this.#bytes;
  }

  async write(content: Buffer): Promise<void> {
    this.#hash.update(content);
    this.#bytes += content.length;
    this.#gathered.push(content);
    this.#gatheredBytes += content.length;
    if (this.#gatheredBytes >= gatheredBytes) await this.#flush();
  }

  /** Durable once it resolves. */
  async finish(): Promise<FileFacts> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    const [content] =
      this.#gathered.length === 1 ? this.#gathered : [Buffer.concat(this.#gathered)];
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (content !== undefined && content.length > 0) await this.#file.writeFile(content);
  }
}

import type { Readable } from "node:stream";

/** One file of a layout or an archive. */
export interface ContentFile {
  readonly sizeBytes: number;
  /** Opened when it is read. */
  stream(): Readable;
}

/** The files that a layout or an archive of images consists of. */
export interface ContentFiles {
  /** `undefined` for what is not there, or is no file. */
  find(path: string): Promise<ContentFile | undefined>;
  close(): Promise<void>;
}

/** A place that the operator lets trails write to: a directory, or a bucket. Names have slashes. */
export interface TrailTarget {
  /**
   * All or nothing, durable once it resolves, and over what has the name.
   * @param signature of a digest, in hexadecimal, kept beside it
   */
  write(name: string, content: Uint8Array, signature?: string): Promise<void>;
  /** `undefined` where there is nothing of that name. Signature: where one is kept beside it. */
  read(
    name: string,
  ): Promise<{ readonly content: Uint8Array; readonly signature?: string } | undefined>;
  /** All names, in no order. What is being written is not among them, nor are signatures. */
  list(): AsyncIterable<string>;
  close(): void;
}

/** By the names that trails know them by. */
export type TrailTargets = ReadonlyMap<string, TrailTarget>;

import type { ContentWork } from "../../ports/layer-work.ts";
import type { Digest, UploadId } from "../names.ts";

/** What has taken the first `offset` bytes of an upload, and their digest. */
export interface RunningDigest {
  readonly offset: number;
  readonly digest: Digest;
  readonly work: ContentWork;
}

/** The hashes of uploads between their requests: those that were used last, up to a number. */
export class RunningDigests {
  readonly #most: number;
  readonly #running = new Map<UploadId, RunningDigest>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Gives the hash to the caller, who puts it back or forgets it. */
  take(upload: UploadId): RunningDigest | undefined {
    const running = this.#running.get(upload);
    this.#running.delete(upload);
    return running;
  }

  put(upload: UploadId, running: RunningDigest): void {
    this.delete(upload);
    this.#running.set(upload, running);
    for (const oldest of this.#running.keys()) {
      if (this.#running.size <= this.#most) break;
      this.delete(oldest);
    }
  }

  delete(upload: UploadId): void {
    this.take(upload)?.work.forget();
  }
}

import type { AdvisoryIndex } from "../../../ports/advisories.ts";
import type { SourceImage } from "../../../ports/image-source.ts";
import type { ReadSource } from "../../../registry/scanning/outside/read-source.ts";
import type { ServerOptions } from "../server.ts";

/** What is to be scanned, and how it is got at. */
export interface ScanWish {
  /** A file, a directory, the name of an image, or `-` for what comes in. */
  readonly target: string;
  /** One of several images of an archive. */
  readonly image: string | undefined;
  readonly platform: string | undefined;
  /** Other than the data directory's. */
  readonly vulndb: string | undefined;
  readonly server: ServerOptions;
}

/** An image that was looked into, and the advisories to hold it against. */
export interface OpenedScan {
  readonly source: Pick<SourceImage, "name" | "digest">;
  readonly read: ReadSource;
  /** Absent if there is none. */
  readonly index: AdvisoryIndex | undefined;
  /** How old advisories may be. */
  readonly staleMs: number;
}

/** What the command needs of this machine. */
export interface ScanCommands {
  /** Looks into the image, and closes everything once `work` is over. */
  run<Result>(wish: ScanWish, work: (opened: OpenedScan) => Promise<Result>): Promise<Result>;
}

import type { Readable } from "node:stream";
import type { Digest } from "../names.ts";

/** A manifest as an upstream gave it. */
export interface FetchedManifest {
  /** Of the bytes, by the algorithm that was asked for. */
  readonly digest: Digest;
  readonly bytes: Buffer;
  readonly mediaType: string | undefined;
}

/** A layer that an upstream has begun to give. */
export interface OpenedLayer {
  readonly sizeBytes: number | undefined;
  /** Pieces are given away: nobody else uses them. */
  readonly content: Readable;
}

/** A registry that images are fetched from. Every method rejects with a TakeoverFailure. */
export interface Upstream {
  /** Asks for nothing but to be let in. */
  signIn(): Promise<void>;
  /** @param reference a tag, or a digest that the bytes are checked against */
  manifest(name: string, reference: string): Promise<FetchedManifest>;
  /** What the tag names, by an answer without a body; `undefined` where that does not say it. */
  digestOf(name: string, tag: string): Promise<Digest | undefined>;
  /** The bytes as they come: whoever reads them checks them. */
  layer(name: string, digest: Digest): Promise<OpenedLayer>;
  /** What the upstream lists about an image; nothing where it has no such lists. */
  referrers(name: string, subject: Digest): Promise<readonly Digest[]>;
}

import type { Readable } from "node:stream";
import type { Digest } from "../registry/names.ts";
import type { TakeoverSettings } from "../registry/takeover/takeover-settings.ts";
import type { ContentOfManifest } from "./takeover-source.ts";

/** What a repository holds; what its images refer to is there, too (I2). */
export interface HeldImages {
  readonly digests: ReadonlySet<Digest>;
  readonly tags: ReadonlyMap<string, Digest>;
}

/** The registry that images are taken into, as one of its clients sees it. All may reject with TakeoverFailure. */
export interface TakeoverTarget {
  /** `undefined` where there is no such repository. */
  held(repository: string): Promise<HeldImages | undefined>;
  /** With those settings that hold from the beginning. That it is there already is no failure. */
  create(repository: string, settings: TakeoverSettings): Promise<void>;
  /**
   * Sees to it that the repository has the layer: sent only where no repository has it already.
   * @returns whether it was sent
   */
  putLayer(repository: string, layer: LayerToPut): Promise<boolean>;
  /** Once all that it refers to is there. Without tags, by its digest alone. */
  putManifest(repository: string, manifest: ContentOfManifest, tag?: string): Promise<void>;
  /**
   * The settings that come last, as they may do something to images. What is set there already stays.
   * @returns in sentences what was not done, and why
   */
  applySettings(repository: string, settings: TakeoverSettings): Promise<readonly string[]>;
  /** For reading back. */
  manifest(repository: string, digest: Digest): Promise<ContentOfManifest>;
  /** For reading back; fails at its end if it is not what the digest says. */
  content(repository: string, digest: Digest, sizeBytes: number): Promise<Readable>;
}

export interface LayerToPut {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Called once for each attempt. */
  open(): Promise<Readable>;
}

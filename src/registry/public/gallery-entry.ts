import type { RepositoryName } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { ArtifactKind } from "./facets.ts";

/** What the gallery shows of a repository in a list. */
export interface GalleryEntry {
  readonly repository: RepositoryRef;
  readonly name: RepositoryName;
  /** The account's primary one. */
  readonly alias: string;
  /** The display name of a verified account. */
  readonly publisher: string | undefined;
  readonly description: string | undefined;
  /** See `facets`. */
  readonly bits: number;
  readonly kinds: readonly ArtifactKind[];
  readonly pulls: number;
  /** Of a verified account: others show none. */
  readonly logoDigest: string | undefined;
  /** When something was pushed or said last. Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** An entry as it is written, with the words that find it. */
export interface GalleryRow {
  readonly entry: Omit<GalleryEntry, "pulls">;
  /** What each word is worth. */
  readonly words: ReadonlyMap<string, number>;
}

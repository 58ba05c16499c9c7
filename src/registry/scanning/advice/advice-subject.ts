import type { ImageInventory } from "../image-inventory.ts";
import type { LayerInventory } from "../layer-inventory.ts";
import type { ImageConfig } from "./image-config.ts";
import type { NewerBase } from "./newer-base.ts";
import type { SecretInFile } from "./secrets/secret-file-reader.ts";

/** A file of a layer whose content was searched for secrets, with what was found: maybe nothing. */
export interface SearchedFile {
  readonly layerDiffId: string;
  readonly path: string;
  readonly secrets: readonly SecretInFile[];
}

/** An image as advice looks at it: of one platform. */
export interface AdviceSubject {
  readonly config: ImageConfig;
  /** Of its manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** The lowest first. Rules about files see what is here, and nothing of layers that are not. */
  readonly layers: readonly LayerInventory[];
  readonly inventory?: ImageInventory;
  readonly searchedFiles?: readonly SearchedFile[];
  /** Absent where the base is of now, or it is not known. */
  readonly newerBase?: NewerBase | undefined;
  /** Later versions of it, under other tags. */
  readonly laterBases?: readonly NewerBase[] | undefined;
}

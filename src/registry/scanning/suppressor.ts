import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageFinding } from "./image-finding.ts";
import type { ScannedImage } from "./inventory-image.ts";

/** Why a finding is not to be acted on. It stays a finding. */
export interface Suppression {
  readonly kind: "WAIVER" | "VEX" | "FILTER";
  /** Of the waiver, the document or the filter. */
  readonly id: string;
  /** In words of whoever said so. */
  readonly reason: string;
  /** Milliseconds since the epoch: it holds no longer than that. */
  readonly until?: number | undefined;
}

/** Says whether a finding of one image is suppressed now. Does no I/O. */
export type Suppressor = (finding: ImageFinding) => Suppression | undefined;

/**
 * Reads what there is to suppress findings of an image; once for all of them. `known` is what was found
 * in the image, where that can be opened.
 */
export type SuppressorOf = (
  ports: Ports,
  repository: Repository,
  image: Image,
  known: ScannedImage | undefined,
) => Promise<Suppressor>;

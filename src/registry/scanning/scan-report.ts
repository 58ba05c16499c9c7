import type { ImageWithTags } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageConfig } from "./image-config.ts";
import type { ImageFinding } from "./image-finding.ts";
import type { ImageScan } from "./image-scan.ts";
import type { Suppression } from "./suppressor.ts";

/** An image that something was found in, and what it says of itself, where it was looked into. */
export interface ReportedImage {
  readonly image: ImageWithTags;
  readonly config: ImageConfig | undefined;
}

export interface ReportedFinding extends ImageFinding {
  readonly suppression?: Suppression | undefined;
  /** Of an index: those of its images that it is in. */
  readonly within?: readonly ReportedImage[];
}

/** What is known of an image's vulnerabilities. */
export interface ScanReport extends ReportedImage {
  readonly repository: Repository;
  /** Absent for an archived image. */
  readonly scan: ImageScan | undefined;
  /** The worst first, as of when they were kept. What suppresses one is told of enhanced scans alone: basic ones have no word for it. */
  readonly findings: readonly ReportedFinding[];
}

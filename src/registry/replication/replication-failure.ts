import { EgressError } from "../../ports/egress.ts";
import { PeerRefusal } from "../../ports/peer-registry.ts";
import { isRegistryError } from "../errors.ts";
import { describeFailure } from "../jobs/describe-failure.ts";
import { RemovedLater } from "./alive-at.ts";
import { SubImageFailure } from "./copy-image.ts";
import { replicationLimits } from "./replication-limits.ts";

/** Why an image could not be copied. */
export interface ReplicationFailure {
  /** ECR documents no codes; these are the names of its refusals, and some of our own. */
  readonly code: string;
  readonly sentence: string;
  /** Of an index: the codes of what it lists. */
  readonly subImageCodes: readonly string[];
  /** Whether it would be the same the next time, unless somebody changes something. */
  readonly isFinal: boolean;
  /** Whether it is about the destination as a whole, so that other images need not be tried now. */
  readonly isOfDestination: boolean;
}

/** Nothing but a change by somebody makes these go away. */
const finalCodes: ReadonlySet<string> = new Set([
  "AccessDenied",
  "ImageArchived",
  "ImageDeleted",
  "ImageHeld",
  "ImageNotFound",
  "InvalidParameter",
  "LimitExceeded",
  "PlatformsNotSupported",
  "RepositoryNotRemovable",
  "TagNotRemovable",
  "UnsupportedImageType",
  "UnsupportedRegion",
  "Validation",
]);

const ofDestination: ReadonlySet<string> = new Set([
  "DestinationUnreachable",
  "ServiceUnavailable",
  "Throttling",
]);

/** A destination whose region is neither served here nor shown the way to. */
export class UnsupportedRegion extends Error {
  override readonly name = "UnsupportedRegion";
}

export function failureOf(error: unknown): ReplicationFailure {
  const code = codeOf(error);
  const inner = error instanceof SubImageFailure ? codeOf(error.cause) : code;
  return {
    code,
    sentence: describeFailure(error).slice(0, replicationLimits.failureCharacters),
    subImageCodes: error instanceof SubImageFailure ? [inner] : [],
    isFinal: finalCodes.has(inner),
    isOfDestination: ofDestination.has(inner),
  };
}

/** Whether it would be the same the next time, unless somebody changes something. */
export function isFinalCode(code: string): boolean {
  return finalCodes.has(code);
}

function codeOf(error: unknown): string {
  if (error instanceof SubImageFailure) return "SubImageFailed";
  if (error instanceof RemovedLater) return "ImageDeleted";
  if (error instanceof UnsupportedRegion) return "UnsupportedRegion";
  if (error instanceof EgressError) return "DestinationUnreachable";
  if (error instanceof PeerRefusal) return error.code;
  return isRegistryError(error) ? error.kind : "InternalError";
}

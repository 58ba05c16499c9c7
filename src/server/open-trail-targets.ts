/** Places that trails write to: of the composition root, the part that knows their kinds. */
import { TrailBucket } from "../adapters/blobs/trail-bucket.ts";
import { TrailDirectory } from "../adapters/blobs/trail-directory.ts";
import type { TrailTarget, TrailTargets } from "../ports/trail-target.ts";
import type { TrailPlace } from "../settings/trail-settings.ts";

export function openTrailTarget(place: TrailPlace): TrailTarget {
  if (place.kind === "directory") return new TrailDirectory(place.path);
  const { bucket, prefix, endpoint, region, encryption } = place.address;
  const serverSideEncryption =
    encryption.by === "entrepot"
      ? undefined
      : encryption.kmsKeyId === undefined
        ? ("AES256" as const)
        : { kmsKeyId: encryption.kmsKeyId };
  return new TrailBucket({
    ...{ bucket, prefix },
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(serverSideEncryption !== undefined && { serverSideEncryption }),
  });
}

export function openTrailTargets(places: ReadonlyMap<string, TrailPlace>): TrailTargets {
  return new Map([...places].map(([name, place]) => [name, openTrailTarget(place)]));
}

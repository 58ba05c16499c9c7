import type { CandidateImage } from "./candidate-image.ts";
import type { LifecycleCountType } from "./lifecycle-rule.ts";

type Times = Pick<CandidateImage, "pushedAt" | "pulledAt" | "archivedAt" | "activatedAt">;

const dayMs = 24 * 3_600_000;
/** The last time that a date can say. */
const endOfTime = 8.64e15;

/**
 * What a rule goes by, in milliseconds since the epoch. Source: ECR, "Lifecycle policy properties",
 * count type, and "How lifecycle policies work" on images that were restored.
 */
export function clockOf(countType: LifecycleCountType, image: Times): number {
  switch (countType) {
    case "imageCountMoreThan":
    case "sinceImagePushed":
      return pushClock(image);
    case "sinceImagePulled": {
      const { pulledAt, activatedAt = Number.NEGATIVE_INFINITY } = image;
      const isPulled = pulledAt !== undefined && pulledAt >= activatedAt;
      return isPulled ? pulledAt : pushClock(image);
    }
    case "sinceImageTransitioned":
      // Of what was archived at nobody knows what time, nothing goes.
      return image.archivedAt ?? Number.POSITIVE_INFINITY;
  }
}

function pushClock({ pushedAt, activatedAt = pushedAt }: Times): number {
  return Math.max(pushedAt, activatedAt);
}

/** Days have 24 hours, and an image of exactly so many is not older. */
export function isOlder(clock: number, days: number, now: number): boolean {
  return now - clock > days * dayMs;
}

/** From when on it is older; infinite for what nobody will see. */
export function olderFrom(clock: number, days: number): number {
  const from = clock + days * dayMs + 1;
  return from > endOfTime ? Number.POSITIVE_INFINITY : from;
}

export function ageInDays(clock: number, now: number): number {
  return (now - clock) / dayMs;
}

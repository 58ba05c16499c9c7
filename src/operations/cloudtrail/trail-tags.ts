import { RegistryError } from "../../registry/errors.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";

export type TagPairs = readonly (readonly [key: string, value: string])[];

/** The last of those with the same key counts. */
export function pairsOf(
  tags: readonly { readonly Key: string; readonly Value?: string | undefined }[],
): TagPairs {
  return [...new Map(tags.map(({ Key, Value = "" }) => [Key, Value]))];
}

/** @throws TagsLimitExceeded */
export function requireFew(tags: TagPairs): TagPairs {
  if (tags.length <= trailLimits.tags) return tags;
  throw new RegistryError(
    "TagsLimitExceeded",
    `A trail can have ${trailLimits.tags} tags at most.`,
  );
}

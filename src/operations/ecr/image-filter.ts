import { z } from "zod";
import type { ImageState } from "../../registry/images/image.ts";
import { artifactStatus, tagStatus } from "./shapes.ts";

/** The filter of DescribeImages and ListImages. By default all active images pass. */
export const imageFilter = z
  .object({ tagStatus: tagStatus.default("ANY"), imageStatus: artifactStatus.default("ACTIVE") })
  .prefault({});
export type ImageFilter = z.output<typeof imageFilter>;

/** The states that pass: `undefined` where all do. */
export function statesOf(
  status: z.output<typeof artifactStatus>,
): readonly ImageState[] | undefined {
  return status === "ANY" ? undefined : [status];
}

/** Whether an image in that state passes. */
export function passes(status: z.output<typeof artifactStatus>, state: ImageState): boolean {
  return status === "ANY" || status === state;
}

/** What the registry calls the tag status: `undefined` where it does not matter. */
export function taggedOnly(filter: ImageFilter): boolean | undefined {
  return filter.tagStatus === "ANY" ? undefined : filter.tagStatus === "TAGGED";
}

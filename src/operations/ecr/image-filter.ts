import { z } from "zod";
import { artifactStatus, tagStatus } from "./shapes.ts";

/** The filter of DescribeImages and ListImages. By default all active images pass. */
export const imageFilter = z
  .object({ tagStatus: tagStatus.default("ANY"), imageStatus: artifactStatus.default("ACTIVE") })
  .prefault({});
export type ImageFilter = z.output<typeof imageFilter>;

/** Whether active images pass; nothing here is ever in another state. */
export function includesActive(status: z.output<typeof artifactStatus>): boolean {
  return status === "ACTIVE" || status === "ANY";
}

/** What the registry calls the tag status: `undefined` where it does not matter. */
export function taggedOnly(filter: ImageFilter): boolean | undefined {
  return filter.tagStatus === "ANY" ? undefined : filter.tagStatus === "TAGGED";
}

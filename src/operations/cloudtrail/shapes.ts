/** The members that inputs about trails are made of, with their bounds. Source: CloudTrail API reference. */
import { z } from "zod";
import { trailLimits } from "../../registry/trails/trail-limits.ts";

/** A name or an ARN. */
export const trailName = z.string().min(1).max(512);
export const bucketName = z.string().min(1).max(256);
export const keyPrefix = z.string().max(1024).optional();
export const yesOrNo = z.boolean().optional();
/** What only other services have: told from what is absent, and refused. */
export const unsupportedText = z.string().max(2048).optional();
export const nextToken = z.string().max(2048).optional();
export const resourceId = z.string().min(1).max(512);

export const tagsList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).optional() }))
  .max(2 * trailLimits.tags);

export const eventSelectors = z.array(
  z.object({
    ReadWriteType: z.enum(["All", "ReadOnly", "WriteOnly"]).optional(),
    IncludeManagementEvents: yesOrNo,
    DataResources: z
      .array(z.object({ Type: unsupportedText, Values: z.array(z.string()).optional() }))
      .optional(),
    ExcludeManagementEventSources: z.array(z.string().max(256)).optional(),
  }),
);

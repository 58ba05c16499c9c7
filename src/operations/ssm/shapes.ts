/** The members that inputs of Parameter Store are made of. Source: Systems Manager API reference. */
import { z } from "zod";
import { parameterTypes } from "../../registry/parameters/parameter.ts";
import { parameterLimits } from "../../registry/parameters/parameter-limits.ts";

/** A name or an ARN; where one version is read, maybe with its number or label behind it. */
export const parameterName = z.string().min(1).max(2048);
export const parameterNames = z.array(parameterName).min(1).max(parameterLimits.batch);
export const parameterType = z.enum(parameterTypes);
export const description = z.string().max(1024).optional();
export const parameterValue = z.string().min(1);
export const keyId = z.string().min(1).max(256).optional();
export const allowedPattern = z.string().max(1024).optional();
export const tier = z.enum(["Standard", "Advanced", "Intelligent-Tiering"]).optional();
export const withDecryption = z.boolean().default(false);
export const labels = z.array(z.string().min(1).max(100)).min(1).max(10);
export const version = z.int().min(1);
export const nextToken = z.string().optional();
export const pageSize = (most: number) => z.int().min(1).max(most).default(most);

export const tags = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(1000);
export const tagKeys = z.array(z.string().min(1).max(128)).max(1000);
export const resourceType = z.string();
export const resourceId = z.string().min(1).max(2048);

export const parameterFilters = z
  .array(
    z.object({
      Key: z.string().min(1).max(132),
      Option: z.string().min(1).max(10).optional(),
      Values: z.array(z.string().min(1).max(1024)).max(parameterLimits.filterValues).default([]),
    }),
  )
  .max(parameterLimits.filters)
  .default([]);

/** The members that inputs of Secrets Manager are made of. Source: Secrets Manager API reference. */
import { z } from "zod";
import { filterKeys, sortKeys } from "../../registry/secrets/list-secrets.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { blob } from "../kms/shapes.ts";

/** A name or an ARN. */
export const secretId = z.string().min(1).max(2048);

export const secretName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9/_+=.@-]+$/, {
    abort: true,
    error:
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  });

export const description = z.string().max(2048).optional();
export const kmsKeyId = z.string().max(2048).optional();
export const versionId = z.string().min(32).max(64).optional();
export const versionStage = z.string().min(1).max(256);
export const versionStages = z.array(versionStage).min(1).max(secretLimits.stages).optional();
export const secretString = z.string().min(1).max(secretLimits.valueBytes).optional();
export const policyText = z.string().min(1).max(secretLimits.policyCharacters);

export const secretBinary = blob(1, secretLimits.valueBytes).optional();

export const tags = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).default("") }))
  .max(secretLimits.tags);
export const tagKeys = z.array(z.string().min(1).max(128)).max(secretLimits.tags);

export const filters = z
  .array(
    z.object({
      Key: z.enum(filterKeys),
      Values: z.array(z.string().min(1).max(512)).min(1).max(secretLimits.filterValues),
    }),
  )
  .max(secretLimits.filters)
  .default([]);
export const sortBy = z.enum(sortKeys).default("created-date");
export const sortOrder = z.enum(["asc", "desc"]).default("asc");
export const nextToken = z.string().min(1).max(4096).optional();
export const maxResults = (most: number) => z.int().min(1).max(most).default(most);

/** What is not here: told from what is absent, and refused. */
export const unsupportedList = z.array(z.looseObject({})).optional();

/** Members of roles and managed policies, with their patterns and bounds. Source: IAM API reference. */
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { integer, list, matching } from "./shapes.ts";

const descriptionShape = /^[\t\n\r\x20-\x7e\xa1-\xff]*$/;

export const roleDescription = z
  .string()
  .max(1_000)
  .superRefine(
    matching(
      descriptionShape,
      "The specified value for description is invalid. It must contain only printable characters of Latin-1.",
    ),
  );

export const policyDescription = z.string().max(1_000);

export const maxSessionDuration = integer(
  limits.sessionDefaultSeconds,
  limits.sessionMaximumSeconds,
);

export const policyPath = z
  .string()
  .min(1)
  .max(512)
  .superRefine(
    matching(
      /^\/(?:[\w.,+@=-]+\/)*$/,
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ),
  );

/** `v3` as 3. */
export const versionId = z
  .string()
  .regex(/^v[1-9][0-9]{0,8}$/)
  .transform((text) => Number(text.slice(1)));

export const policyUsageFilter = z.enum(["PermissionsPolicy", "PermissionsBoundary"]).optional();

const entityKinds = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"] as const;
export const entityType = z.enum(entityKinds);
export const entityTypes = list(entityType);

export const serviceName = z
  .string()
  .min(1)
  .max(128)
  .superRefine(matching(/^[\w+=,.@-]+$/, "The specified value for AWSServiceName is invalid."));

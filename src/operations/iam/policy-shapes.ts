/** Members of managed policies, with their patterns and bounds. Source: IAM API reference. */
import { z } from "zod";
import { list, matching } from "./shapes.ts";

export const policyDescription = z.string().max(1_000);

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

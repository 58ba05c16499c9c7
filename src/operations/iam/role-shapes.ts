/** Members of roles, with their patterns and bounds. Source: IAM API reference. */
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { integer, matching } from "./shapes.ts";

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

export const maxSessionDuration = integer(
  limits.sessionDefaultSeconds,
  limits.sessionMaximumSeconds,
);

export const serviceName = z
  .string()
  .min(1)
  .max(128)
  .superRefine(matching(/^[\w+=,.@-]+$/, "The specified value for AWSServiceName is invalid."));

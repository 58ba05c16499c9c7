import type { ResourceFilterCriteria, ResourceStringFilter } from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import type { Members } from "../members.ts";
import { ofOthers } from "./shapes.ts";

const test = z.object({
  comparison: z.enum(["EQUALS", "NOT_EQUALS"]),
  value: z.string().min(1).max(inspectorLimits.textCharacters),
} satisfies Members<ResourceStringFilter>);
const tests = z.array(test).min(1).max(inspectorLimits.testsPerCriterion).optional();

/** All that can be about images; the rest is refused where it is not empty. */
export const resourceCriteria = z.object({
  ...{ accountId: tests, resourceId: tests, resourceType: tests },
  ...{ ecrRepositoryName: tests, ecrImageTags: tests },
  ...{ ec2InstanceTags: ofOthers, lambdaFunctionName: ofOthers, lambdaFunctionTags: ofOthers },
} satisfies Members<ResourceFilterCriteria>);

/** Source: Inspector API: reportId. */
export const reportId = z
  .string()
  .regex(/^[a-f0-9]{8}-([a-f0-9]{4}-){3}[a-f0-9]{12}$/, "The report ID must be a UUID");

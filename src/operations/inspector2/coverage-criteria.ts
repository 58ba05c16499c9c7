import type { CoverageFilterCriteria, CoverageStringFilter } from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import type { Members } from "../members.ts";
import { dates, numbers, ofOthers } from "./shapes.ts";

const test = z.object({
  comparison: z.enum(["EQUALS", "NOT_EQUALS"]),
  value: z.string().min(1).max(inspectorLimits.textCharacters),
} satisfies Members<CoverageStringFilter>);
const tests = z.array(test).min(1).max(inspectorLimits.testsPerCriterion).optional();

/** All that can be about repositories and images; the rest is refused where it is not empty. */
export const coverageCriteria = z.object({
  ...{ scanStatusCode: tests, scanStatusReason: tests, accountId: tests, resourceId: tests },
  ...{ resourceType: tests, scanType: tests, ecrRepositoryName: tests, ecrImageTags: tests },
  ...{ lastScannedAt: dates, imagePulledAt: dates, ecrImageLastInUseAt: dates },
  ...{ ecrImageInUseCount: numbers, scanMode: ofOthers, ec2InstanceTags: ofOthers },
  ...{ lambdaFunctionName: ofOthers, lambdaFunctionTags: ofOthers },
  ...{ lambdaFunctionRuntime: ofOthers, codeRepositoryProjectName: ofOthers },
  ...{ codeRepositoryProviderType: ofOthers, codeRepositoryProviderTypeVisibility: ofOthers },
  ...{ lastScannedCommitId: ofOthers, cloudProvider: ofOthers, cloudProviderAccountId: ofOthers },
  ...{ cloudProviderRegion: ofOthers, cloudVmInstanceTags: ofOthers },
  ...{ cloudContainerImageTags: ofOthers, cloudContainerRepositoryName: ofOthers },
  ...{ cloudContainerRegistryName: ofOthers, cloudServerlessFunctionName: ofOthers },
  ...{ cloudServerlessFunctionRuntime: ofOthers, cloudServerlessFunctionTags: ofOthers },
  cloudProviderOrgId: ofOthers,
} satisfies Members<CoverageFilterCriteria>);

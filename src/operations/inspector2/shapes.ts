/** The members that inputs of Inspector are made of, with their bounds. Source: Inspector API model. */
import type {
  DateFilter,
  FilterCriteria,
  MapFilter,
  NumberFilter,
  PackageFilter,
  StringFilter,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { filterActions } from "../../registry/inspector/finding-filter.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import { accountId } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";

export const ownAccountId = accountId.optional();
/** For an answer that is the same however often it is asked for: as all of these are here. */
export const clientToken = z.string().min(1).max(64).optional();
export const resourceTypes = z
  .array(z.enum(["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"]))
  .max(5);
/** What would configure other kinds of resource. */
export const ofOtherResources = z
  .unknown()
  .optional()
  .refine((value) => value === undefined, "Only images of the registry can be configured");
export const accountIds = z.array(accountId).max(100).optional();
export const nextToken = z.string().max(1_000_000).optional();
export const maxResults = z.int().min(1).max(inspectorLimits.pageItems).optional();
export const sortOrder = z.enum(["ASC", "DESC"]).optional();

const text = z.string().min(1).max(inspectorLimits.textCharacters);
const comparison = z.enum(["EQUALS", "PREFIX", "NOT_EQUALS"]);
const stringFilter = z.object({ comparison, value: text } satisfies Members<StringFilter>);
const number = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const numberFilter = z.object({
  upperInclusive: number.optional(),
  lowerInclusive: number.optional(),
} satisfies Members<NumberFilter>);
/** Seconds since the epoch. */
const dateFilter = z.object({
  startInclusive: number.optional(),
  endInclusive: number.optional(),
} satisfies Members<DateFilter>);
const mapFilter = z.object({
  comparison: z.enum(["EQUALS"]),
  key: z.string().min(1).max(128),
  value: z.string().max(256).optional(),
} satisfies Members<MapFilter>);

/** What only other kinds of resource have. Nothing is said of it, as nothing could be made of it. */
export const ofOthers = z
  .array(z.unknown())
  .refine((tests) => tests.length === 0, "Only criteria about container images are supported")
  .optional();

const packageFilter = z.object({
  name: stringFilter.optional(),
  version: stringFilter.optional(),
  epoch: numberFilter.optional(),
  release: stringFilter.optional(),
  architecture: stringFilter.optional(),
  sourceLayerHash: stringFilter.optional(),
  sourceLambdaLayerArn: ofOthers,
  filePath: stringFilter.optional(),
} satisfies Members<PackageFilter>);

function listOf<Test extends z.ZodType>(test: Test) {
  return z.array(test).min(1).max(inspectorLimits.testsPerCriterion).optional();
}

export const texts = listOf(stringFilter);
export const numbers = listOf(numberFilter);
export const dates = listOf(dateFilter);

/** All that can be about images of a registry; the rest is refused where it is not empty. */
export const filterCriteria = z.object({
  ...{ findingArn: texts, awsAccountId: texts, findingType: texts, severity: texts },
  ...{ firstObservedAt: dates, lastObservedAt: dates, updatedAt: dates },
  ...{ findingStatus: texts, title: texts, inspectorScore: numbers },
  ...{ resourceType: texts, resourceId: texts, resourceTags: listOf(mapFilter) },
  ...{ ecrImagePushedAt: dates, ecrImageArchitecture: texts, ecrImageRegistry: texts },
  ...{ ecrImageRepositoryName: texts, ecrImageTags: texts, ecrImageHash: texts },
  ...{ ecrImageLastInUseAt: dates, ecrImageInUseCount: numbers },
  ...{ vulnerabilityId: texts, vulnerabilitySource: texts, vendorSeverity: texts },
  ...{ vulnerablePackages: listOf(packageFilter), relatedVulnerabilities: texts },
  ...{ fixAvailable: texts, exploitAvailable: texts, epssScore: numbers },
  ...{ ec2InstanceImageId: ofOthers, ec2InstanceVpcId: ofOthers, ec2InstanceSubnetId: ofOthers },
  ...{ portRange: ofOthers, networkProtocol: ofOthers, componentId: ofOthers },
  ...{ componentType: ofOthers, lambdaFunctionName: ofOthers, lambdaFunctionLayers: ofOthers },
  ...{ lambdaFunctionRuntime: ofOthers, lambdaFunctionLastModifiedAt: ofOthers },
  ...{ lambdaFunctionExecutionRoleArn: ofOthers, codeVulnerabilityDetectorName: ofOthers },
  ...{ codeVulnerabilityDetectorTags: ofOthers, codeVulnerabilityFilePath: ofOthers },
  ...{ codeRepositoryProjectName: ofOthers, codeRepositoryProviderType: ofOthers },
  ...{ cloudProvider: ofOthers, cloudProviderRegion: ofOthers, cloudProviderAccountId: ofOthers },
  ...{ cloudProviderOrgId: ofOthers, cloudVmImageReference: ofOthers, cloudVmNetworkId: ofOthers },
  ...{ cloudVmSubnetIds: ofOthers, cloudImageRepositoryName: ofOthers },
  ...{ cloudImageRegistry: ofOthers, cloudImageDigest: ofOthers, cloudImageTags: ofOthers },
  ...{ cloudImagePushedAt: ofOthers, cloudImageArchitecture: ofOthers },
  ...{ cloudImageLastInUseAt: ofOthers, cloudImageInUseCount: ofOthers },
  ...{ cloudServerlessFunctionName: ofOthers, cloudServerlessFunctionRuntime: ofOthers },
  ...{ cloudServerlessFunctionLastModifiedAt: ofOthers },
  cloudServerlessFunctionExecutionRole: ofOthers,
} satisfies Members<FilterCriteria>);

export const filterAction = z.enum(filterActions);
export const filterName = z.string().min(3).max(128);
export const filterArnText = z.string().min(1).max(128);
export const filterText = z.string().min(1).max(512).optional();
export const tagsMap = z.record(z.string().min(1).max(128), z.string().max(256));

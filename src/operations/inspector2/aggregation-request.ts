/** What findings are counted by and which of them: one member of a union of the model, named by the type. */
import type {
  AccountAggregation,
  AggregationRequest,
  AwsEcrContainerAggregation,
  FindingTypeAggregation,
  ImageLayerAggregation,
  PackageAggregation,
  RepositoryAggregation,
  TitleAggregation,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import {
  type Aggregation,
  type AggregationType,
  groupOrders,
} from "../../registry/inspector/aggregate-findings.ts";
import type { FindingCriteria } from "../../registry/inspector/finding-criteria.ts";
import { invalidInput } from "../../registry/inspector/inspector-refusal.ts";
import type { Members } from "../members.ts";
import { dates, numbers, ofOthers, sortOrder, texts } from "./shapes.ts";

const sortBy = z.enum(["ALL", "CRITICAL", "HIGH"]).optional();
const order = { sortOrder, sortBy };
const findingType = z
  .enum(["CODE_VULNERABILITY", "NETWORK_REACHABILITY", "PACKAGE_VULNERABILITY"])
  .optional();
const resourceType = z.string().min(1).max(64).optional();
const ofKinds = { findingType, resourceType, ...order };

const shapes = {
  accountAggregation: z.object(ofKinds satisfies Members<AccountAggregation>),
  findingTypeAggregation: z.object(ofKinds satisfies Members<FindingTypeAggregation>),
  awsEcrContainerAggregation: z.object({
    ...{ resourceIds: texts, imageShas: texts, repositories: texts, architectures: texts },
    ...{ imageTags: texts, lastInUseAt: dates, inUseCount: numbers, ...order },
  } satisfies Members<AwsEcrContainerAggregation>),
  repositoryAggregation: z.object({
    ...{ repositories: texts, sortOrder, sortBy: z.enum(groupOrders).optional() },
  } satisfies Members<RepositoryAggregation>),
  imageLayerAggregation: z.object({
    ...{ repositories: texts, resourceIds: texts, layerHashes: texts, ...order },
    ...{ cloudProviders: ofOthers, cloudAccountIds: ofOthers, cloudOrgIds: ofOthers },
    ...{ cloudRegions: ofOthers, cloudPartitions: ofOthers },
  } satisfies Members<ImageLayerAggregation>),
  packageAggregation: z.object({
    ...{ packageNames: texts, ...order },
  } satisfies Members<PackageAggregation>),
  titleAggregation: z.object({
    ...{ titles: texts, vulnerabilityIds: texts, ...ofKinds },
  } satisfies Members<TitleAggregation>),
};

const noOther = z
  .unknown()
  .optional()
  .refine((value) => value === undefined, "Only findings of container images are counted");

type AggregationMember = AggregationRequest extends infer Each
  ? Each extends object
    ? keyof Each
    : never
  : never;

export const aggregationRequest = z.object({
  accountAggregation: shapes.accountAggregation.optional(),
  findingTypeAggregation: shapes.findingTypeAggregation.optional(),
  awsEcrContainerAggregation: shapes.awsEcrContainerAggregation.optional(),
  repositoryAggregation: shapes.repositoryAggregation.optional(),
  imageLayerAggregation: shapes.imageLayerAggregation.optional(),
  packageAggregation: shapes.packageAggregation.optional(),
  titleAggregation: shapes.titleAggregation.optional(),
  ...{ amiAggregation: noOther, ec2InstanceAggregation: noOther },
  ...{ lambdaLayerAggregation: noOther, lambdaFunctionAggregation: noOther },
  ...{ codeRepositoryAggregation: noOther, vmInstanceAggregation: noOther },
  ...{ containerImageAggregation: noOther, serverlessFunctionAggregation: noOther },
} satisfies Partial<Record<AggregationMember, z.ZodType>>);

const memberOf: Readonly<Record<AggregationType, keyof typeof shapes>> = {
  ACCOUNT: "accountAggregation",
  AWS_ECR_CONTAINER: "awsEcrContainerAggregation",
  FINDING_TYPE: "findingTypeAggregation",
  IMAGE_LAYER: "imageLayerAggregation",
  PACKAGE: "packageAggregation",
  REPOSITORY: "repositoryAggregation",
  TITLE: "titleAggregation",
};

/** @throws Validation for a request about another type than is asked for */
export function aggregationOf(
  type: AggregationType,
  asked: z.output<typeof aggregationRequest> = {},
): Aggregation {
  const member = memberOf[type];
  const others = Object.entries(asked).filter(
    ([name, value]) => name !== member && value !== undefined,
  );
  if (others.length > 0) {
    throw invalidInput(`An aggregation of the type ${type} is asked for by ${member}.`);
  }
  const { sortBy: by = "ALL", sortOrder: to = "DESC" } = asked[member] ?? {};
  return {
    ...{ type, criteria: criteriaOf(asked), orderBy: by, isDescending: to === "DESC" },
    layers: asked.imageLayerAggregation?.layerHashes,
  };
}

function criteriaOf(asked: z.output<typeof aggregationRequest>): FindingCriteria {
  const { awsEcrContainerAggregation: image, imageLayerAggregation: layer } = asked;
  const { repositoryAggregation: repository, titleAggregation: title } = asked;
  const kinds = title ?? asked.accountAggregation ?? asked.findingTypeAggregation;
  const { packageNames } = asked.packageAggregation ?? {};
  return {
    ecrImageRepositoryName: (image ?? layer ?? repository)?.repositories,
    resourceId: (image ?? layer)?.resourceIds,
    ecrImageHash: image?.imageShas,
    ecrImageArchitecture: image?.architectures,
    ecrImageTags: image?.imageTags,
    ecrImageLastInUseAt: image?.lastInUseAt,
    ecrImageInUseCount: image?.inUseCount,
    vulnerablePackages: packageNames?.map((name) => ({ name })),
    title: title?.titles,
    vulnerabilityId: title?.vulnerabilityIds,
    findingType: equal(kinds?.findingType),
    resourceType: equal(kinds?.resourceType),
  };
}

function equal(value: string | undefined) {
  return value === undefined ? undefined : [{ comparison: "EQUALS" as const, value }];
}

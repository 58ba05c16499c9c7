import type { CreateTrailRequest, CreateTrailResponse } from "@aws-sdk/client-cloudtrail";
import { createTrail as create } from "../../registry/trails/change-trails.ts";
import { isTrailName } from "../../registry/trails/trail.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import * as shapes from "./shapes.ts";
import { changedTrail } from "./trail-answer.ts";
import { invalidName, namedTrail, ownRegistry } from "./trail-resource.ts";
import { pairsOf, requireFew } from "./trail-tags.ts";
import { checkScope, refuseUnsupported, requirePrefix, requireTarget } from "./wanted-trail.ts";

/** Makes a trail that writes to a place of the operator's list, once StartLogging says so. */
export const createTrail = operation("cloudtrail:CreateTrail", {
  input: request({
    Name: shapes.trailName,
    S3BucketName: shapes.bucketName,
    S3KeyPrefix: shapes.keyPrefix,
    SnsTopicName: shapes.unsupportedText,
    IncludeGlobalServiceEvents: shapes.yesOrNo,
    IsMultiRegionTrail: shapes.yesOrNo,
    EnableLogFileValidation: shapes.yesOrNo,
    CloudWatchLogsLogGroupArn: shapes.unsupportedText,
    CloudWatchLogsRoleArn: shapes.unsupportedText,
    KmsKeyId: shapes.unsupportedText,
    IsOrganizationTrail: shapes.yesOrNo,
    TagsList: shapes.tagsList.optional(),
    RecursiveLogging: shapes.yesOrNo,
  } satisfies Members<CreateTrailRequest>),
  resource: namedTrail,
  conditions: ({ TagsList = [] }) =>
    tagConditions(TagsList.map(({ Key, Value = "" }) => ({ Key, Value }))),
  access: "Write",
  errors: [
    ...(["InvalidParameterCombination", "InvalidS3Prefix", "InvalidTrailName"] as const),
    ...(["MaximumNumberOfTrailsExceeded", "NotOrganizationMasterAccount"] as const),
    ...(["S3BucketDoesNotExist", "TagsLimitExceeded", "TrailAlreadyExists"] as const),
    "UnsupportedOperation",
  ],
  async handle(input, context): Promise<Wire<CreateTrailResponse>> {
    const { ports, caller, deployment, organization } = context;
    refuseUnsupported(input);
    if (!isTrailName(input.Name)) throw invalidName();
    const target = requireTarget(deployment, input.S3BucketName);
    const scope = {
      isMultiRegion: input.IsMultiRegionTrail === true,
      isOrganization: input.IsOrganizationTrail === true,
      includesGlobalEvents: input.IncludeGlobalServiceEvents !== false,
    };
    checkScope(scope, caller.principal.account, organization);
    const { includesGlobalEvents, ...wide } = scope;
    const trail = await create(ports, {
      ...{ registry: ownRegistry(caller), name: input.Name, ...wide },
      settings: {
        ...{ target, prefix: requirePrefix(input.S3KeyPrefix ?? ""), includesGlobalEvents },
        ...(input.EnableLogFileValidation === true && { validatedSince: ports.clock.now() }),
        tags: requireFew(pairsOf(input.TagsList ?? [])),
      },
    });
    return changedTrail(trail);
  },
});

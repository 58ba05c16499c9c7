import type { UpdateTrailRequest, UpdateTrailResponse } from "@aws-sdk/client-cloudtrail";
import { changeTrail } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import * as shapes from "./shapes.ts";
import { changedTrail } from "./trail-answer.ts";
import { homeTrail, namedTrail } from "./trail-resource.ts";
import { checkScope, refuseUnsupported, requirePrefix, requireTarget } from "./wanted-trail.ts";

/** Changes what is given of a trail, for what it writes from then on. */
export const updateTrail = operation("cloudtrail:UpdateTrail", {
  input: request({
    Name: shapes.trailName,
    S3BucketName: shapes.bucketName.optional(),
    S3KeyPrefix: shapes.keyPrefix,
    SnsTopicName: shapes.unsupportedText,
    IncludeGlobalServiceEvents: shapes.yesOrNo,
    IsMultiRegionTrail: shapes.yesOrNo,
    EnableLogFileValidation: shapes.yesOrNo,
    CloudWatchLogsLogGroupArn: shapes.unsupportedText,
    CloudWatchLogsRoleArn: shapes.unsupportedText,
    KmsKeyId: shapes.unsupportedText,
    IsOrganizationTrail: shapes.yesOrNo,
    RecursiveLogging: shapes.yesOrNo,
  } satisfies Members<UpdateTrailRequest>),
  resource: namedTrail,
  access: "Write",
  errors: [
    ...(["InvalidHomeRegion", "InvalidParameterCombination", "InvalidS3Prefix"] as const),
    ...(["InvalidTrailName", "NotOrganizationMasterAccount", "S3BucketDoesNotExist"] as const),
    ...(["TrailNotFound", "UnsupportedOperation"] as const),
  ],
  async handle(input, context): Promise<Wire<UpdateTrailResponse>> {
    const { ports, caller, deployment, organization } = context;
    refuseUnsupported(input);
    const { S3BucketName, S3KeyPrefix, EnableLogFileValidation: validates } = input;
    const target = S3BucketName === undefined ? undefined : requireTarget(deployment, S3BucketName);
    const prefix = S3KeyPrefix === undefined ? undefined : requirePrefix(S3KeyPrefix);
    const now = ports.clock.now();
    const trail = await changeTrail(ports, homeTrail(input.Name, caller), (known) => {
      const { settings } = known;
      const scope = {
        isMultiRegion: input.IsMultiRegionTrail ?? known.isMultiRegion,
        isOrganization: input.IsOrganizationTrail ?? known.isOrganization,
        includesGlobalEvents: input.IncludeGlobalServiceEvents ?? settings.includesGlobalEvents,
      };
      checkScope(scope, caller.principal.account, organization);
      const { includesGlobalEvents, ...wide } = scope;
      const validatedSince = validates === false ? undefined : (settings.validatedSince ?? now);
      return {
        ...{ ...known, ...wide },
        settings: {
          ...{ ...settings, includesGlobalEvents },
          ...{ target: target ?? settings.target, prefix: prefix ?? settings.prefix },
          ...(validates === undefined ? {} : { validatedSince }),
        },
      };
    });
    return changedTrail(trail);
  },
});

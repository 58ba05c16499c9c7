import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import {
  type CloudTrailRecord,
  toRecord,
  usernameOf,
} from "../../registry/audit/cloudtrail-record.ts";
import { type EventEnvelope, envelopeOf } from "../../registry/events/event.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import { describeImage } from "../../registry/images/list-images.ts";
import { limits } from "../../registry/limits.ts";
import { authorize } from "../../registry/policy/authorize.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { activityKinds } from "../../registry/search/activity-kind.ts";
import {
  type Activity,
  type ActivityPosition,
  imageActivity,
} from "../../registry/search/image-activity.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, registryResource, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";

interface ActivityRow {
  readonly timestamp: number;
  readonly kind: string;
  /** `BatchGetImage`, `ECR Image Action` */
  readonly name: string;
  /** Who did it, where that is known. */
  readonly principal?: string;
  readonly errorCode?: string;
  /** One of both. */
  readonly record?: CloudTrailRecord;
  readonly event?: EventEnvelope;
}

interface Answer {
  readonly repositoryName: string;
  readonly imageDigest: string;
  /** The newest first. */
  readonly activities: readonly ActivityRow[];
  /** Whether the caller may read the audit trail; else there are events alone. */
  readonly recordsIncluded: boolean;
  /** How far back was looked, where there may be more. */
  readonly lookedBackTo?: number;
  readonly nextToken?: string;
}

/**
 * What happened to an image, of the audit trail and of events, in about their order: an event counts from
 * when it was told. An image that is gone is asked for by its digest. What the caller may not read
 * elsewhere (SearchAudit, ListEvents) is left out, and so is that somebody looked.
 */
export const listImageActivity = operation("entrepot:ListImageActivity", {
  input: request({
    repositoryName,
    imageId: imageIdentifier,
    kinds: z.array(z.enum(activityKinds)).min(1).max(activityKinds.length).optional(),
    maxResults,
    nextToken,
  }),
  resource: ({ repositoryName }, caller) => repositoryResource({ repositoryName }, caller),
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "List",
  errors: ["ImageNotFound", "InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name, kinds } = input;
    const registry = registryOf(caller);
    const repository = await findRepository(ports, registry, name);
    const id = namedImage(input.imageId);
    const digest =
      id.tag === undefined && id.digest !== undefined
        ? id.digest
        : (await describeImage(ports, registry, name, id)).digest;
    const listing = {
      ...{ operation: "ListImageActivity", registry },
      narrowedBy: [name, digest, JSON.stringify(kinds ?? null)],
    };
    const token = openPosition(ports, listing, input.nextToken);
    const withRecords = await mayReadRecords(ports, caller);
    const { activities, lookedBackTo, next } = await imageActivity(ports, caller, {
      ...{ repository, digest, kinds, withRecords },
      after: token === undefined ? undefined : (JSON.parse(token) as ActivityPosition),
      limit: input.maxResults ?? limits.pageDefault,
    });
    return {
      ...{ repositoryName: name, imageDigest: digest, activities: activities.map(rowOf) },
      recordsIncluded: withRecords,
      ...(lookedBackTo !== undefined && { lookedBackTo: epochSeconds(lookedBackTo) }),
      ...(next !== undefined && { nextToken: sealPosition(ports, listing, JSON.stringify(next)) }),
    };
  },
});

async function mayReadRecords(ports: Ports, caller: Caller): Promise<boolean> {
  const resource = registryResource(undefined, caller);
  const context = new RequestContext(caller, ports.clock.now());
  const action = "entrepot:SearchAudit";
  return (await authorize(ports, caller.principal, action, resource, context)).allowed;
}

function rowOf({ at, kind, ...told }: Activity): ActivityRow {
  const common = { timestamp: epochSeconds(at), kind };
  if ("event" in told) {
    const { detail, detailType } = told.event;
    const { principal, reviewer = principal } = detail;
    return {
      ...{ ...common, name: detailType, event: envelopeOf(told.event) },
      ...(typeof reviewer === "string" && { principal: reviewer }),
    };
  }
  const { action, actor } = told.record;
  const { arn } = actor.userIdentity;
  const by = typeof arn === "string" ? arn : usernameOf(told.record);
  return {
    ...{ ...common, name: action.eventName, record: toRecord(told.record) },
    ...(by !== "" && { principal: by }),
    ...(action.errorCode !== undefined && { errorCode: action.errorCode }),
  };
}

import type {
  ListFindingAggregationsRequest,
  ListFindingAggregationsResponse,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import {
  type Aggregation,
  type AggregationType,
  aggregateFindings,
  aggregationTypes,
  type FindingGroup,
} from "../../registry/inspector/aggregate-findings.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import { imageArn } from "../../registry/inspector/registry-finding.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { aggregationOf, aggregationRequest } from "./aggregation-request.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { openPlace, sealPlace } from "./page.ts";
import { maxResults, nextToken, texts } from "./shapes.ts";

/** How many active findings there are of each image, repository, layer, package, vulnerability, or at all. */
export const listFindingAggregations = operation("inspector2:ListFindingAggregations", {
  http: { method: "POST", path: "/findings/aggregation/list" },
  input: request({
    ...{ aggregationType: z.enum(aggregationTypes), nextToken, maxResults, accountIds: texts },
    aggregationRequest: aggregationRequest.optional(),
  } satisfies Members<ListFindingAggregationsRequest>),
  resource: anyResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListFindingAggregationsResponse>> {
    const { aggregationType, accountIds } = input;
    const registry = ownRegistry(caller);
    const asked = aggregationOf(aggregationType, input.aggregationRequest);
    const criteria = { ...asked.criteria, awsAccountId: accountIds };
    const aggregation: Aggregation = { ...asked, criteria };
    const narrowedBy = [JSON.stringify(aggregation)];
    const listing = { operation: "ListFindingAggregations", registry, narrowedBy };
    const { from = 0 } = openPlace<{ from: number }>(ports, listing, input.nextToken) ?? {};
    const size = input.maxResults ?? inspectorLimits.pageItems;
    const { groups, next } = await aggregateFindings(ports, registry, aggregation, { from, size });
    return {
      aggregationType,
      responses: groups.map((group) => groupAnswer(aggregationType, group)),
      nextToken: sealPlace(ports, listing, next === undefined ? undefined : { from: next }),
    };
  },
});

/** A union of the model: one member, named by the type. */
type GroupAnswer = NonNullable<Wire<ListFindingAggregationsResponse>["responses"]>[number];

function groupAnswer(type: AggregationType, group: FindingGroup): GroupAnswer {
  const { name, subject, all, critical, high, medium } = group;
  const { repository, image, config, use } = subject;
  const counted = {
    ...{ accountId: repository.registry.account, severityCounts: { all, critical, high, medium } },
  };
  const known = { exploitAvailableCount: group.exploitable, fixAvailableCount: group.fixable };
  const resourceId = imageArn(repository, image.digest);
  switch (type) {
    case "ACCOUNT":
      return { accountAggregation: { ...counted, ...known } };
    case "FINDING_TYPE":
      return { findingTypeAggregation: { ...counted, ...known } };
    case "PACKAGE":
      return { packageAggregation: { ...counted, packageName: name } };
    case "TITLE":
      return {
        titleAggregation: { ...counted, title: name, vulnerabilityId: group.vulnerabilityId },
      };
    case "REPOSITORY":
      return {
        repositoryAggregation: { ...counted, repository: name, affectedImages: group.images },
      };
    case "IMAGE_LAYER":
      return {
        imageLayerAggregation: {
          ...{ ...counted, repository: repository.name, resourceId, layerHash: name },
        },
      };
    case "AWS_ECR_CONTAINER":
      return {
        awsEcrContainerAggregation: {
          ...{ ...counted, resourceId, imageSha: name, repository: repository.name },
          ...{ architecture: config?.architecture, imageTags: image.tags },
          lastInUseAt: use?.lastAt === undefined ? undefined : epochSeconds(use.lastAt),
          inUseCount: use?.count,
        },
      };
  }
}

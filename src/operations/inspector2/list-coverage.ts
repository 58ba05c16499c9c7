import type {
  CoveredResource,
  ListCoverageRequest,
  ListCoverageResponse,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import type { CoveragePlace } from "../../registry/inspector/coverage.ts";
import {
  type CoveredInUse,
  listCoverage as listCovered,
} from "../../registry/inspector/list-coverage.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { coverageCriteria } from "./coverage-criteria.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { openPlace, sealPlace } from "./page.ts";
import { nextToken } from "./shapes.ts";

const pageMost = 200;

/** Repositories and images of the registry, and whether they are scanned. A page may be short although more follows. */
export const listCoverage = operation("inspector2:ListCoverage", {
  http: { method: "POST", path: "/coverage/list" },
  input: request({
    ...{ maxResults: z.int().min(1).max(pageMost).optional(), nextToken },
    filterCriteria: coverageCriteria.optional(),
  } satisfies Members<ListCoverageRequest>),
  resource: anyResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListCoverageResponse>> {
    const { filterCriteria: criteria = {}, maxResults: size = pageMost } = input;
    const registry = ownRegistry(caller);
    const narrowedBy = [JSON.stringify(criteria)];
    const listing = { operation: "ListCoverage", registry, narrowedBy };
    const after = openPlace<CoveragePlace>(ports, listing, input.nextToken);
    const { items, next } = await listCovered(ports, registry, criteria, { after, size });
    return {
      coveredResources: items.map(coveredAnswer),
      nextToken: sealPlace(ports, listing, next),
    };
  },
});

function coveredAnswer(covered: CoveredInUse): Wire<CoveredResource> {
  const { resourceType, resourceId, repository, frequency, image, use, reason } = covered;
  const { scannedAt } = covered;
  return {
    ...{ resourceType, resourceId, accountId: repository.registry.account, scanType: "PACKAGE" },
    scanStatus: { statusCode: covered.isActive ? "ACTIVE" : "INACTIVE", reason },
    resourceMetadata: {
      ecrRepository: { name: repository.name, scanFrequency: frequency ?? "MANUAL" },
      ecrImage: image && {
        tags: image.tags,
        imagePulledAt: image.pulledAt === undefined ? undefined : epochSeconds(image.pulledAt),
        lastInUseAt: use?.lastAt === undefined ? undefined : epochSeconds(use.lastAt),
        inUseCount: use?.count,
      },
    },
    lastScannedAt: scannedAt === undefined ? undefined : epochSeconds(scannedAt),
  };
}

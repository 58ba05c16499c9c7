import type {
  BatchGetFindingDetailsRequest,
  BatchGetFindingDetailsResponse,
  CisaData,
  FindingDetail,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { findFindings } from "../../registry/inspector/find-finding.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import type { ImageFinding } from "../../registry/scanning/image-finding.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";

const findingArns = z.array(z.string().min(1).max(100)).min(1).max(inspectorLimits.detailsPerBatch);

/** What catalogues say of the vulnerabilities of findings. */
export const batchGetFindingDetails = operation("inspector2:BatchGetFindingDetails", {
  http: { method: "POST", path: "/findings/details/batch/get" },
  input: request({ findingArns } satisfies Members<BatchGetFindingDetailsRequest>),
  resource: anyResource,
  access: "Read",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<BatchGetFindingDetailsResponse>> {
    const arns = [...new Set(input.findingArns)];
    const found = await findFindings(ports, ownRegistry(caller), arns);
    return {
      findingDetails: [...found].map(([arn, { finding }]) => detailOf(arn, finding)),
      errors: arns
        .filter((findingArn) => !found.has(findingArn))
        .map((findingArn) => ({
          ...{ findingArn, errorCode: "FINDING_DETAILS_NOT_FOUND" },
          errorMessage: "There is no such finding.",
        })),
    };
  },
});

function detailOf(findingArn: string, finding: ImageFinding): Wire<FindingDetail> {
  const { references, cwes, epss, kev } = finding;
  return {
    ...{ findingArn, cwes, referenceUrls: references, epssScore: epss?.score },
    cisaData: kev && cisaData(kev),
  };
}

function cisaData({ addedOn, dueOn }: NonNullable<ImageFinding["kev"]>): Wire<CisaData> {
  return {
    dateAdded: epochSeconds(Date.parse(addedOn)),
    dateDue: dueOn === undefined ? undefined : epochSeconds(Date.parse(dueOn)),
  };
}

import type { GetSbomExportRequest, GetSbomExportResponse } from "@aws-sdk/client-inspector2";
import { requireSbomExport } from "../../registry/inspector/change-sbom-exports.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { reportId } from "./resource-criteria.ts";

/** How an export of bills of materials fares. */
export const getSbomExport = operation("inspector2:GetSbomExport", {
  http: { method: "POST", path: "/sbomexport/get" },
  input: request({ reportId } satisfies Members<GetSbomExportRequest>),
  resource: anyResource,
  access: "Read",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<GetSbomExportResponse>> {
    const found = await requireSbomExport(ports, ownRegistry(caller), input.reportId);
    const { id, format, status, errorCode, errorMessage, criteria, destination } = found;
    const { bucket, prefix, kmsKeyArn } = destination;
    return {
      ...{ reportId: id, format, status, errorCode, errorMessage, filterCriteria: criteria },
      s3Destination: {
        ...{ bucketName: bucket, kmsKeyArn },
        keyPrefix: prefix === "" ? undefined : prefix,
      },
    };
  },
});

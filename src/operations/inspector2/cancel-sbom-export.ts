import type { CancelSbomExportRequest, CancelSbomExportResponse } from "@aws-sdk/client-inspector2";
import { cancelSbomExport as cancelExport } from "../../registry/inspector/change-sbom-exports.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { reportId } from "./resource-criteria.ts";

/** Has no more written of an export that is in progress. What is written stays. */
export const cancelSbomExport = operation("inspector2:CancelSbomExport", {
  http: { method: "POST", path: "/sbomexport/cancel" },
  input: request({ reportId } satisfies Members<CancelSbomExportRequest>),
  resource: anyResource,
  access: "Write",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<CancelSbomExportResponse>> {
    await cancelExport(ports, ownRegistry(caller), input.reportId);
    return { reportId: input.reportId };
  },
});

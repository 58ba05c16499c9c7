import { randomUUID } from "node:crypto";
import type {
  CreateSbomExportRequest,
  CreateSbomExportResponse,
  Destination,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { registryAddress } from "../../registry/deployment.ts";
import { createSbomExport as makeExport } from "../../registry/inspector/change-sbom-exports.ts";
import { newExportKey } from "../../registry/inspector/export-sealing.ts";
import { invalidInput, notFound } from "../../registry/inspector/inspector-refusal.ts";
import { exportFormats } from "../../registry/inspector/sbom-export.ts";
import { isPrefix } from "../../registry/trails/trail.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { resourceCriteria } from "./resource-criteria.ts";

/** Source: Inspector API, Destination: the pattern of its KMS key. */
const keyArn =
  /^arn:aws(-us-gov|-cn)?:kms:[a-z0-9][-.a-z0-9]{0,62}:[0-9]{12}:key\/([a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}|mrk-[0-9a-zA-Z]{32})$/;

const s3Destination = z.object({
  bucketName: z.string().min(1).max(63),
  keyPrefix: z.string().max(200).optional(),
  kmsKeyArn: z.string().regex(keyArn, "The KMS key must be named by the ARN of a key"),
} satisfies Members<Destination>);

/**
 * Has the bills of materials of images written to a place of the operator's list, as trails are: a file
 * for each image that was scanned and is meant, sealed below the KMS key that is named. Differs from
 * Inspector: the caller needs `kms:GenerateDataKey` on the key, and not Inspector; whoever reads a file
 * opens it with `kms:Decrypt`, as what it is written to does not (ADR-0086).
 */
export const createSbomExport = operation("inspector2:CreateSbomExport", {
  http: { method: "POST", path: "/sbomexport/create" },
  input: request({
    resourceFilterCriteria: resourceCriteria.optional(),
    ...{ reportFormat: z.enum(exportFormats), s3Destination },
  } satisfies Members<CreateSbomExportRequest>),
  resource: anyResource,
  access: "Write",
  errors: ["AccessDenied", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller, deployment }): Promise<Wire<CreateSbomExportResponse>> {
    const { reportFormat: format, resourceFilterCriteria: criteria = {} } = input;
    const { bucketName: bucket, keyPrefix = "", kmsKeyArn } = input.s3Destination;
    if (deployment.trailTargets?.has(bucket) !== true) {
      throw notFound(
        `The bucket ${bucket} does not exist: it has to be a name that the setting ENTREPOT_TRAIL_TARGETS lists.`,
      );
    }
    const prefix = keyPrefix.replace(/\/$/, "");
    if (prefix !== "" && !isPrefix(prefix)) {
      throw invalidInput(
        "keyPrefix must be at most 200 letters, digits and !_.*'()-/ without empty parts.",
      );
    }
    const registry = ownRegistry(caller);
    const id = randomUUID();
    const sealedDataKey = await newExportKey(ports, caller, registry, { id, kmsKeyArn });
    const destination = { bucket, prefix, kmsKeyArn, sealedDataKey };
    const made = await makeExport(ports, {
      ...{ id, registry, format, criteria, destination },
      address: registryAddress(deployment, registry),
    });
    return { reportId: made.id };
  },
});

import { cloudwatchOperations } from "./cloudwatch/cloudwatch-operations.ts";
import { ecrOperations } from "./ecr/ecr-operations.ts";
import { entrepotOperations } from "./entrepot/entrepot-operations.ts";
import { iamOperations } from "./iam/iam-operations.ts";
import { kmsOperations } from "./kms/kms-operations.ts";
import type { Operation, Service } from "./operation.ts";
import { organizationsOperations } from "./organizations/organizations-operations.ts";
import { stsOperations } from "./sts/sts-operations.ts";

/**
 * The table: every operation that can be asked here. Routing, authorization, metrics and
 * docs/coverage.md derive from it.
 */
export const operations: readonly Operation[] = [
  ...cloudwatchOperations,
  ...ecrOperations,
  ...entrepotOperations,
  ...iamOperations,
  ...kmsOperations,
  ...organizationsOperations,
  ...stsOperations,
];

const byName = new Map<string, Operation>(operations.map((each) => [each.name, each]));

/** The operation, or `undefined` where the service has none of that name here. */
export function findOperation(service: Service, operationName: string): Operation | undefined {
  return byName.get(`${service}:${operationName}`);
}

import { cloudtrailOperations } from "./cloudtrail/cloudtrail-operations.ts";
import { cloudwatchOperations } from "./cloudwatch/cloudwatch-operations.ts";
import { ecrOperations } from "./ecr/ecr-operations.ts";
import { ecrPublicOperations } from "./ecr-public/ecr-public-operations.ts";
import { entrepotOperations } from "./entrepot/entrepot-operations.ts";
import { eventsOperations } from "./events/operations.ts";
import { iamOperations } from "./iam/iam-operations.ts";
import { inspector2Operations } from "./inspector2/inspector2-operations.ts";
import { kmsOperations } from "./kms/kms-operations.ts";
import type { Operation, Service } from "./operation.ts";
import { organizationsOperations } from "./organizations/organizations-operations.ts";
import { secretsManagerOperations } from "./secretsmanager/secretsmanager-operations.ts";
import { signerOperations } from "./signer/signer-operations.ts";
import { ssmOperations } from "./ssm/ssm-operations.ts";
import { stsOperations } from "./sts/sts-operations.ts";

/**
 * The table: every operation that can be asked here. Routing, authorization, metrics and
 * docs/coverage.md derive from it.
 */
export const operations: readonly Operation[] = [
  ...cloudwatchOperations,
  ...cloudtrailOperations,
  ...ecrOperations,
  ...ecrPublicOperations,
  ...entrepotOperations,
  ...eventsOperations,
  ...iamOperations,
  ...inspector2Operations,
  ...kmsOperations,
  ...organizationsOperations,
  ...secretsManagerOperations,
  ...signerOperations,
  ...ssmOperations,
  ...stsOperations,
];

const byName = new Map<string, Operation>(operations.map((each) => [each.name, each]));

/** The operation, or `undefined` where the service has none of that name here. */
export function findOperation(service: Service, operationName: string): Operation | undefined {
  return byName.get(`${service}:${operationName}`);
}

import { auditError, type NameError } from "../registry/audit/audit-error.ts";
import { type AuditFacts, RequestAudit } from "../registry/audit/request-audit.ts";
import type { Caller } from "../registry/identity/principal.ts";
import { auditParameters } from "./audit-parameters.ts";
import type { Environment, Operation, Service } from "./operation.ts";

const sources: Readonly<Record<Service, string>> = {
  cloudtrail: "cloudtrail.amazonaws.com",
  cloudwatch: "monitoring.amazonaws.com",
  ecr: "ecr.amazonaws.com",
  "ecr-public": "ecr-public.amazonaws.com",
  entrepot: "entrepot",
  events: "events.amazonaws.com",
  iam: "iam.amazonaws.com",
  inspector2: "inspector2.amazonaws.com",
  kms: "kms.amazonaws.com",
  organizations: "organizations.amazonaws.com",
  secretsmanager: "secretsmanager.amazonaws.com",
  signer: "signer.amazonaws.com",
  ssm: "ssm.amazonaws.com",
  sts: "sts.amazonaws.com",
};

/** They change nothing. Source: KMS, "Logging AWS KMS API calls with AWS CloudTrail". */
const usesOfKeys: ReadonlySet<string> = new Set([
  ...["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateRandom"],
  ...["kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt"],
]);

/** The record of a call, which has just begun. */
export function beginCall(
  { ports }: Pick<Environment, "ports">,
  operation: Operation,
  caller: Caller,
): RequestAudit {
  const audit = new RequestAudit({ trail: ports.memory.audit, clock: ports.clock }, caller, {
    eventSource: sources[operation.service],
    eventName: operation.operationName,
    readOnly: isRead(operation) || usesOfKeys.has(operation.name),
  });
  audit.learn({ requestParameters: null, responseElements: null });
  return audit;
}

/** A call that was refused before anybody looked at what it asks. */
export function refusedCall(
  environment: Pick<Environment, "ports">,
  operation: Operation,
  caller: Caller,
  error: unknown,
  { name, ...facts }: AuditFacts & { readonly name?: NameError },
): void {
  beginCall(environment, operation, caller).end({ ...facts, ...auditError(error, name) });
}

/** What the call asks, now that it keeps to the operation's schema. */
export function learnInput(audit: RequestAudit, operation: Operation, input: unknown): void {
  if (!audit.isKept) return;
  audit.learn({ requestParameters: auditParameters(operation.name, "request", input) });
}

/** The end of a call that succeeded. Source: CloudTrail, responseElements: nothing of what reads. */
export function endCall(audit: RequestAudit, operation: Operation, answer: unknown): void {
  if (!audit.isKept) return;
  if (isRead(operation) || answer === undefined || answer === null) {
    audit.end();
    return;
  }
  const responseElements = auditParameters(operation.name, "response", answer);
  const { userIdentity } = webIdentity(operation, answer);
  const isNew = responseElements !== null || userIdentity !== undefined;
  audit.end(isNew ? { responseElements, ...(userIdentity && { userIdentity }) } : {});
}

function isRead({ access }: Operation): boolean {
  return access === "Read" || access === "List";
}

/** Who showed a token of an issuer is known once it was believed. */
function webIdentity({ name }: Operation, answer: unknown) {
  if (name !== "sts:AssumeRoleWithWebIdentity") return {};
  const { Provider, Audience, SubjectFromWebIdentityToken } = answer as Record<string, unknown>;
  return {
    userIdentity: {
      type: "WebIdentityUser",
      principalId: `${Provider}:${Audience}:${SubjectFromWebIdentityToken}`,
      userName: SubjectFromWebIdentityToken,
      identityProvider: Provider,
    },
  };
}

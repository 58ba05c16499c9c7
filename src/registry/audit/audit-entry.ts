import type { AccountId, Registry } from "../names.ts";
import type { AuditKind } from "./audit-kinds.ts";

/** A JSON object. */
export type AuditObject = { readonly [name: string]: unknown };

/** Who asked, and from where. Source: CloudTrail, "userIdentity element". */
export interface AuditActor {
  readonly userIdentity: AuditObject;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly vpcEndpointId?: string;
}

export interface AuditResource {
  readonly ARN: string;
  readonly accountId?: string;
  readonly type?: string;
}

/** What was asked, and what became of it. Source: CloudTrail, "record contents". */
export interface AuditAction {
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventType: "AwsApiCall" | "AwsServiceEvent" | "AwsConsoleSignIn";
  readonly readOnly: boolean;
  readonly requestParameters?: AuditObject | null;
  readonly responseElements?: AuditObject | null;
  readonly resources?: readonly AuditResource[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly additionalEventData?: AuditObject;
  readonly serviceEventDetails?: AuditObject;
  /** Where two accounts have a record of the same thing. */
  readonly sharedEventID?: string;
}

/** One record, in the trail of one account in one region. */
export interface AuditEntry {
  readonly kind: AuditKind;
  readonly registry: Registry;
  /** A UUID. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Empty where nobody asked. */
  readonly requestId: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
}

/** What the trail of the account that owns the resource says of a caller of another one. */
export function foreignActor(actor: AuditActor, principalId: string, accountId: AccountId) {
  return { ...actor, userIdentity: { type: "AWSAccount", principalId, accountId } };
}

const typesOfResources: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/^arn:aws:ecr:[^:]*:[^:]*:repository\//, "AWS::ECR::Repository"],
  [/^arn:aws:ecr-public:[^:]*:[^:]*:repository\//, "AWS::ECR::PublicRepository"],
  [/^arn:aws:kms:[^:]*:[^:]*:key\//, "AWS::KMS::Key"],
  [/^arn:aws:kms:[^:]*:[^:]*:alias\//, "AWS::KMS::Alias"],
  [/^arn:aws:iam::[^:]*:role\//, "AWS::IAM::Role"],
  [/^arn:aws:iam::[^:]*:user\//, "AWS::IAM::User"],
  [/^arn:aws:iam::[^:]*:group\//, "AWS::IAM::Group"],
  [/^arn:aws:iam::[^:]*:policy\//, "AWS::IAM::Policy"],
  [/^arn:aws:cloudtrail:[^:]*:[^:]*:trail\//, "AWS::CloudTrail::Trail"],
];

/** A resource by its ARN; none for "*", and for a pattern of several. */
export function resourcesOf(arn: string | undefined, accountId: string): AuditResource[] {
  if (arn === undefined || !arn.startsWith("arn:") || arn.endsWith("*")) return [];
  const [, type] = typesOfResources.find(([pattern]) => pattern.test(arn)) ?? [];
  return [{ ARN: arn, accountId, ...(type === undefined ? {} : { type }) }];
}

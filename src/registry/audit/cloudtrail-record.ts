import type { AuditAction, AuditEntry, AuditObject } from "./audit-entry.ts";

/** A record as CloudTrail shows it. Source: CloudTrail, "record contents for management events". */
export interface CloudTrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: AuditObject;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: AuditObject | null;
  readonly responseElements: AuditObject | null;
  readonly additionalEventData?: AuditObject;
  readonly requestID?: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: AuditAction["resources"];
  readonly eventType: AuditAction["eventType"];
  /** ECR has no data events: its pulls and pushes are management events to CloudTrail. */
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly serviceEventDetails?: AuditObject;
  readonly sharedEventID?: string;
  readonly vpcEndpointId?: string;
  readonly eventCategory: "Management";
}

const eventVersion = "1.11";

export function toRecord({ registry, at, id, requestId, actor, action }: AuditEntry) {
  const { userIdentity, sourceIPAddress, userAgent, vpcEndpointId } = actor;
  const { serviceEventDetails, sharedEventID, errorCode, errorMessage, resources } = action;
  return {
    eventVersion,
    userIdentity,
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    eventSource: action.eventSource,
    eventName: action.eventName,
    awsRegion: registry.region,
    sourceIPAddress,
    userAgent,
    ...(errorCode === undefined ? {} : { errorCode, errorMessage: errorMessage ?? "" }),
    requestParameters: action.requestParameters ?? null,
    responseElements: action.responseElements ?? null,
    ...(action.additionalEventData && { additionalEventData: action.additionalEventData }),
    ...(requestId === "" ? {} : { requestID: requestId }),
    eventID: id,
    readOnly: action.readOnly,
    ...(resources && { resources }),
    eventType: action.eventType,
    managementEvent: true,
    recipientAccountId: registry.account,
    ...(serviceEventDetails && { serviceEventDetails }),
    ...(sharedEventID && { sharedEventID }),
    ...(vpcEndpointId && { vpcEndpointId }),
    eventCategory: "Management",
  } satisfies CloudTrailRecord;
}

/** What CloudTrail calls the user of a record: a name, not an ARN. */
export function usernameOf({ actor: { userIdentity } }: Pick<AuditEntry, "actor">): string {
  const { type, userName, principalId, invokedBy } = userIdentity;
  if (typeof userName === "string") return userName;
  if (type === "Root") return "root";
  if (type === "AWSService") return String(invokedBy ?? "");
  // A role's principal id ends with the name of the session.
  const id = typeof principalId === "string" ? principalId : "";
  return id.slice(id.indexOf(":") + 1);
}

import type { AuditEntry } from "../audit/audit-entry.ts";
import type { RegistryEvent } from "../events/event.ts";

export const activityKinds = [
  "PULL",
  "PUSH",
  "TAG",
  "DELETION",
  "SCAN",
  "APPROVAL",
  "REPLICATION",
  "STORAGE",
  "SIGNATURE",
  "DENIAL",
  "FAILURE",
  "OTHER",
] as const;
/** What somebody who asks what happened to an image would call it. */
export type ActivityKind = (typeof activityKinds)[number];

const ofRecords: Readonly<Record<string, ActivityKind>> = {
  BatchGetImage: "PULL",
  PutImage: "PUSH",
  RestoreTag: "TAG",
  BatchDeleteImage: "DELETION",
  RestoreImages: "DELETION",
  EmptyTrash: "DELETION",
  StartImageScan: "SCAN",
  ApproveImage: "APPROVAL",
  RejectImage: "APPROVAL",
  QuarantineImage: "APPROVAL",
  ReleaseImage: "APPROVAL",
  RequestApproval: "APPROVAL",
  ApproveInEmergency: "APPROVAL",
  PullQuarantined: "APPROVAL",
  PutReplica: "REPLICATION",
  RemoveReplicas: "REPLICATION",
  ReplicateImage: "REPLICATION",
  UpdateImageStorageClass: "STORAGE",
  ImageActivationEvent: "STORAGE",
  SignImage: "SIGNATURE",
  AttachImageSbom: "SIGNATURE",
};

/**
 * Of a record; what was refused is a denial, whatever it was. `undefined` where somebody has only looked:
 * that is nothing that happened to the image, and would hide what did.
 */
export function kindOfRecord({ action }: AuditEntry): ActivityKind | undefined {
  const { errorCode, eventName, readOnly } = action;
  if (errorCode !== undefined) return /AccessDenied|DENIED/.test(errorCode) ? "DENIAL" : "FAILURE";
  return ofRecords[eventName] ?? (readOnly ? undefined : "OTHER");
}

const ofEvents: Readonly<Record<string, ActivityKind>> = {
  "Entrepot Image Pull": "PULL",
  "Entrepot Quarantine Pull": "PULL",
  "ECR Image Scan": "SCAN",
  "Inspector2 Scan": "SCAN",
  "Inspector2 Finding": "SCAN",
  "Entrepot Waiver": "SCAN",
  "Entrepot Approval": "APPROVAL",
  "Entrepot Image Verdict": "APPROVAL",
  "Entrepot Gate Report": "APPROVAL",
  "Entrepot Image Review": "APPROVAL",
  "Entrepot Image Quarantine": "APPROVAL",
  "ECR Replication Action": "REPLICATION",
  "Entrepot Replication": "REPLICATION",
  "Entrepot Trash": "DELETION",
};

/** Of an event: a push or a deletion that names a tag is about the tag. */
export function kindOfEvent({ detailType, detail }: RegistryEvent): ActivityKind {
  const known = ofEvents[detailType];
  if (known !== undefined) return known;
  if (detail["action-type"] === "UPDATE_STORAGE_CLASS") return "STORAGE";
  if (detail["image-tag"] !== undefined) return "TAG";
  if (detail["action-type"] === "PUSH") return "PUSH";
  return detail["action-type"] === "DELETE" ? "DELETION" : "OTHER";
}

/** What kinds of records there are: each is kept for a time of its own, or not at all. */
export const auditKinds = [
  "api",
  "data-write",
  "data-read",
  "authentication",
  "key-use",
  "background",
] as const;
export type AuditKind = (typeof auditKinds)[number];

/** For how many days each kind is kept; 0: none of it is written. */
export type AuditRetention = Readonly<Record<AuditKind, number>>;

/** As long as LookupEvents of CloudTrail goes back. Pulls are many, and kept for a week. */
export const usualRetention: AuditRetention = {
  api: 90,
  "data-write": 90,
  "data-read": 7,
  authentication: 90,
  "key-use": 90,
  background: 90,
};

export const nothingKept: AuditRetention = {
  api: 0,
  "data-write": 0,
  "data-read": 0,
  authentication: 0,
  "key-use": 0,
  background: 0,
};

/** What reads content, by the name of its record. */
const contentReads: ReadonlySet<string> = new Set([
  "BatchCheckLayerAvailability",
  "BatchGetImage",
  "GetDownloadUrlForLayer",
  "GetLayerUpload",
  "ListImageReferrers",
]);
/** What brings content or takes it away. */
const contentWrites: ReadonlySet<string> = new Set([
  "BatchDeleteImage",
  "CancelLayerUpload",
  "CompleteLayerUpload",
  "DeleteLayer",
  "InitiateLayerUpload",
  "MountLayer",
  "PutImage",
  "PutReplica",
  "PutReplicaLayers",
  "UploadLayerPart",
]);
/** What gives credentials, or takes them at a door. */
const signIns: ReadonlySet<string> = new Set([
  "AssumeRole",
  "AssumeRoleWithWebIdentity",
  "ConsoleLogin",
  "ConsoleLogout",
  "GetAuthorizationToken",
  "GetSessionToken",
  "RegistrySignIn",
]);

/** The kind of a request's record. */
export function kindOf(eventName: string): AuditKind {
  if (contentReads.has(eventName)) return "data-read";
  if (contentWrites.has(eventName)) return "data-write";
  return signIns.has(eventName) ? "authentication" : "api";
}

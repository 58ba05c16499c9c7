/** Bounds of environments and approvals. */
export const approvalLimits = {
  /** That a registry may have. */
  environments: 20,
  nameCharacters: 64,
  /** Of an environment. */
  reviewers: 50,
  approvalsNeeded: 10,
  signers: 10,
  acceptedRegistries: 20,
  /** For how long an approval may be good, and is by default. */
  approvalDays: 365,
  usualApprovalDays: 90,
  ageDays: 3_650,
  /** For how long one may be good that was given in an emergency. */
  emergencyHours: 72,
  /** Of comments of requesters and reviewers. */
  commentCharacters: 1_024,
  /** Requests of a repository that wait at once. */
  waitingRequests: 100,
  /** Days that a request waits before nobody decides it any more. */
  waitingDays: 30,
  /** Referrers that evidence names. */
  evidenceNamed: 100,
  /** Attempts at a decision while what it goes by keeps changing. */
  attempts: 5,
} as const;

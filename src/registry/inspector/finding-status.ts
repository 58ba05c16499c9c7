/** CLOSED: a later scan did not find it. SUPPRESSED: a filter or a waiver says so, or whoever built it. */
export const findingStatuses = ["ACTIVE", "SUPPRESSED", "CLOSED"] as const;
export type FindingStatus = (typeof findingStatuses)[number];

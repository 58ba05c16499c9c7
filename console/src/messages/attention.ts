/** Sentences of what somebody should see to. */
export const attention = {
  ADVISORIES_MISSING: () => "There are no advisories to scan with.",
  EVENTS_UNDELIVERED: (many: string) => `${many} events could not be delivered.`,
  IMAGES_QUARANTINED: (many: string) => `${many} images are in quarantine.`,
  KEY_DISABLED: (_: string, key: string) => `The key ${key} is disabled.`,
  KEY_MISSING: (_: string, key: string) => `The key ${key} is not there any more.`,
  KEY_PENDING_DELETION: (_: string, key: string) => `The key ${key} is to be deleted.`,
  REPLICATION_FAILED: (many: string, to: string) =>
    `Replication of ${many} images to ${to} has failed.`,
  REVIEWS_PENDING: (many: string) => `${many} images wait for a review.`,
  SCANS_FAILED: (many: string) => `${many} scans have failed.`,
} as const;

/** Counts come as text: there may be more than were counted, `1000+`. */
const of = (many: string, one: string, more: string) => (many === "1" ? one : `${many} ${more}`);

/** Sentences of what somebody should see to. */
export const attention = {
  ADVISORIES_MISSING: () => "There are no advisories to scan with.",
  EVENTS_UNDELIVERED: (many: string) =>
    of(many, "1 event could not be delivered.", "events could not be delivered."),
  IMAGES_QUARANTINED: (many: string) =>
    of(many, "1 image is in quarantine.", "images are in quarantine."),
  KEY_DISABLED: (_: string, key: string) => `The key ${key} is disabled.`,
  KEY_MISSING: (_: string, key: string) => `The key ${key} is not there any more.`,
  KEY_PENDING_DELETION: (_: string, key: string) => `The key ${key} is to be deleted.`,
  REPLICATION_FAILED: (many: string, to: string) =>
    `Replication of ${of(many, "1 image", "images")} to ${to} has failed.`,
  REVIEWS_PENDING: (many: string) =>
    of(many, "1 image waits for a review.", "images wait for a review."),
  SCANS_FAILED: (many: string) => of(many, "1 scan has failed.", "scans have failed."),
} as const;

/** Sentences of what happened to an image. */
export const activity = {
  title: "Activity",
  kind: "Kind",
  any: "Anything",
  kinds: {
    PULL: "Pulls",
    PUSH: "Pushes",
    TAG: "Tags",
    DELETION: "Deletions",
    SCAN: "Scans",
    APPROVAL: "Approvals and gates",
    REPLICATION: "Replication",
    STORAGE: "Archive",
    SIGNATURE: "Signatures",
    DENIAL: "Denials",
    FAILURE: "Failures",
    OTHER: "Other",
  },
  what: "What",
  source: "Source",
  registry: "the registry",
  none: "Nothing is known to have happened to this image.",
  noneYet: "Nothing was found so far.",
  lookedBack: "Looked back to",
  eventsOnly:
    "These are events alone: pulls and refusals are in the audit trail, and you may not read it (entrepot:SearchAudit).",
  details: "Details",
} as const;

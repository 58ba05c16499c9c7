/** What repositories are narrowed by. */
export const repositoryFilters = {
  prefix: "Name prefix",
  tagFilter: "Tag, tag=value",
  keyFilter: "ARN of a key",
  anyMutability: "Any mutability",
  modes: {
    MUTABLE: "Mutable",
    IMMUTABLE: "Immutable",
    MUTABLE_WITH_EXCLUSION: "Mutable, with exceptions",
    IMMUTABLE_WITH_EXCLUSION: "Immutable, with exceptions",
  },
  anyEncryption: "Any encryption",
  encryptions: { AES256: "AES-256", KMS: "KMS", KMS_DSSE: "KMS, two layers" },
} as const;

const day = 24 * 60 * 60 * 1000;

/** Bounds of what suppresses findings, each with its unit. */
export const suppressionLimits = {
  waiversPerRegistry: 1000,
  vexDocumentsPerRegistry: 200,
  nameCharacters: 128,
  vulnerabilityCharacters: 128,
  /** Of a pattern of names, or of versions, of packages. */
  packageCharacters: 256,
  versionCharacters: 128,
  reasonCharacters: 1000,
  ownerCharacters: 256,
  /** How far ahead a waiver may end. */
  waiverMs: 366 * day,
  /** How long one that ended is told of. */
  endedWaiverMs: 90 * day,
  /** Ended waivers that are looked at together. */
  endedPerPage: 100,
  /** Repositories that a pattern may fit when somebody asks to use it: each is judged by itself. */
  repositoriesPerPattern: 5000,
  repositoriesPerPage: 500,
  /** Of what is sealed of one, as JSON. */
  sealedBytes: 16 * 1024 * 1024,
  /** Of a VEX document that is imported. */
  importedBytes: 1024 * 1024,
  /** Of one that is attached, as it is read while somebody waits. */
  attachedBytes: 1024 * 1024,
  /** Documents, and manifests that attach some, that are looked at of one image or index. */
  attachedPerImage: 50,
  /** Waivers that are kept opened, of all registries together. */
  rememberedWaivers: 10_000,
  /** Statements that are kept opened, of all documents together. */
  rememberedStatements: 200_000,
  /** A statement may be younger than now by that much: clocks differ. */
  statementAheadMs: day,
} as const;

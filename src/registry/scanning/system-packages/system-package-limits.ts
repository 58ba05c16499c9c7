const MiB = 1024 * 1024;

/** Far above what systems have: the largest archives hold some 60,000 packages, of which few are installed at once. */
export const systemPackageLimits = {
  /** Of a text that records packages: a Debian desktop's has 7 MiB. */
  textBytes: 32 * MiB,
  /** Of a list of a package's files. */
  pathListBytes: 16 * MiB,
  /** Of an RPM database. */
  rpmDatabaseBytes: 192 * MiB,
  packagesPerFile: 50_000,
  /** Of a name or a version: more is nobody's. */
  wordCharacters: 512,
  /** Of a vendor or a licence; the rest is left out. */
  noteCharacters: 1_024,
  /** Linux takes none that are longer. Source: limits.h, `PATH_MAX`. */
  pathCharacters: 4_096,
  ownedPathsPerFile: 500_000,
  ownedPathCharactersPerFile: 64 * MiB,
} as const;

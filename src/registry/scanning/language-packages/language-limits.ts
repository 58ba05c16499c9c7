/** Bounds of what is read to find packages of languages. Files over them are refused, never passed over. */

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Manifests of one package: `package.json`, a gemspec, a `conda-meta` record. */
export const maxManifestBytes = 4 * mebibyte;

/** Headers of Python's METADATA; the description behind them is not read. */
export const maxHeaderBytes = 1 * mebibyte;

/** Lock files, `installed.json` and SBOMs: those of the largest known applications take some 10 MiB. */
export const maxListBytes = 32 * mebibyte;

/** Values in one JSON file: each takes up to 60 bytes of memory, whatever it takes in the file. */
export const maxJsonValues = 2_000_000;

/** JSON inside of JSON; lock files of the first kind nest as their packages do. */
export const maxJsonDepth = 512;

/** Packages that one file tells of. */
export const maxPackagesPerFile = 100_000;

export const maxNameLength = 1024;
export const maxVersionLength = 512;

/** Licences of one package, and what one of them may take; more are not kept. */
export const maxLicenses = 20;
export const maxLicenseLength = 200;

/** The part of an executable that is held in memory, where what is looked for needs the whole. */
export const maxHeldExecutableBytes = 64 * mebibyte;

/** Go's list of modules; Kubernetes' takes 30 KiB. */
export const maxGoModulesBytes = 4 * mebibyte;

/** What cargo-auditable's list may inflate to. Source: its PARSING.md */
export const maxCargoListBytes = 8 * mebibyte;

/** A Java archive, held in memory; and with those that are open inside of it. */
export const maxArchiveBytes = 256 * mebibyte;
export const maxOpenArchiveBytes = 384 * mebibyte;

/** Maven's pom.properties takes some hundred bytes; a manifest names each file of a signed archive. */
export const maxPomBytes = 256 * kibibyte;
export const maxJavaManifestBytes = 16 * mebibyte;

/** The way to a package inside of an archive. */
export const maxInsideLength = 1024;

/** Inflated from one archive in all; and past `freeInflatedBytes`, how many times its own size. */
export const maxInflatedBytes = 1024 * mebibyte;
export const freeInflatedBytes = 64 * mebibyte;
export const maxInflationRatio = 200;

/** Members of an archive and of all inside of it; archives in it; and how deep they may nest. */
export const maxArchiveMembers = 500_000;
export const maxNestedArchives = 10_000;
export const maxArchiveDepth = 4;

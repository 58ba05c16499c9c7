/** The kinds of package that are looked for, named as package URLs name them. Source: purl-spec, "Types". */
export const packageTypes = [
  "apk",
  "bitnami",
  "cargo",
  "composer",
  "conda",
  "deb",
  "gem",
  "golang",
  "maven",
  "npm",
  "nuget",
  "pypi",
  "rpm",
] as const;
export type PackageType = (typeof packageTypes)[number];

/** A package as one file of a layer records it. */
export interface FoundPackage {
  readonly type: PackageType;
  /** A Maven group, an npm scope with its `@`, the vendor part of a Composer name. Absent if the type has none. */
  readonly namespace?: string;
  /** As the package's own ecosystem writes it; PyPI names are normalised (PEP 503). */
  readonly name: string;
  /** Whole: of Debian and RPM with epoch (where there is one) and revision. */
  readonly version: string;
  readonly architecture?: string;
  /** What it was built from, where that is known and advisories go by it: Debian, Alpine, RPM. */
  readonly source?: { readonly name: string; readonly version: string };
  /** Who built it, if an RPM says so or a Debian package's maintainer does: advisories hold for a distribution's own. */
  readonly vendor?: string;
  /** RPM's `MODULARITYLABEL`, if it is of a module: `name:stream:version:context`. */
  readonly module?: string;
  /** Licences as recorded, unparsed. */
  readonly licenses?: readonly string[];
  /** Where inside of the archive it was found, if the file is an archive: `BOOT-INF/lib/a.jar!/META-INF/…`. */
  readonly inside?: string;
}

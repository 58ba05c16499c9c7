import {
  type FileAnalyzer,
  type FileFindings,
  FileRefused,
  type PathOwner,
  wholeFile,
} from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import type { LayerFile } from "../layer-file.ts";
import { nameOf, parentOf } from "../layer-path.ts";
import { berkeleyValues } from "./berkeley-hash.ts";
import { OwnedPaths } from "./owned-paths.ts";
import { checkPackageCount } from "./recorded-text.ts";
import { readRpmHeader } from "./rpm-header.ts";
import { rpmNdbBlobs } from "./rpm-ndb.ts";
import { sqliteBlobs } from "./sqlite-table.ts";
import { systemPackageLimits as limits } from "./system-package-limits.ts";

/** The usual place, that of SUSE and newer Fedora, and that of systems made by ostree. */
const folders = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];

/** How each database gives its headers, by the file's name. */
const readers: Readonly<Record<string, (content: Uint8Array) => Iterable<Uint8Array>>> = {
  "rpmdb.sqlite": (content) => sqliteBlobs(content, "Packages"),
  "Packages.db": rpmNdbBlobs,
  Packages: berkeleyValues,
};

/** Changes that SQLite has not brought into the database yet. */
const changes = "rpmdb.sqlite-wal";

/** The packages of Fedora, Red Hat, SUSE and their kind, with their files. */
export const rpmDatabase: FileAnalyzer = {
  name: "rpm",
  version: 2,
  wants({ path, sizeBytes }) {
    if (!folders.includes(parentOf(path))) return false;
    const name = nameOf(path);
    return Object.hasOwn(readers, name) || (name === changes && sizeBytes > 0);
  },
  read: wholeFile(limits.rpmDatabaseBytes, parse),
};

function parse(content: Uint8Array, { path }: LayerFile): FileFindings {
  const read = readers[nameOf(path)];
  if (read === undefined) {
    throw new FileRefused(
      "changes to the RPM database that are not in it, which are not looked at",
    );
  }
  const packages: FoundPackage[] = [];
  const owned = new OwnedPaths();
  const owners: PathOwner[] = [];
  let counted = 0;
  // An empty file is a database that was never begun.
  for (const header of content.length === 0 ? [] : read(content)) {
    const found = readRpmHeader(header, owned);
    if (found === undefined) continue;
    packages.push(found);
    checkPackageCount(packages.length);
    addOwner(owners, found.vendor, owned.paths.length - counted);
    counted = owned.paths.length;
  }
  return { packages, ownedPaths: owned.paths, owners };
}

function addOwner(owners: PathOwner[], vendor: string | undefined, paths: number): void {
  if (paths === 0) return;
  const last = owners.at(-1);
  const before = last?.vendor === vendor ? owners.pop() : undefined;
  owners.push({
    ...(vendor !== undefined && { vendor }),
    paths: paths + (before?.paths ?? 0),
  });
}

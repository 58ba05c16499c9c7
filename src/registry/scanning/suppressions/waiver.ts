import { invalidParameter } from "../../errors.ts";
import type { Digest, Registry } from "../../names.ts";
import { matchesWildcard } from "../../wildcard.ts";
import type { ImageFinding } from "../image-finding.ts";
import { suppressionLimits } from "./suppression-limits.ts";

/** What somebody decided to live with, for a time. Patterns have `*` for any characters. */
export interface WantedWaiver {
  readonly name: string;
  /** Any of the vulnerability's names; absent: whatever vulnerability the packages have. */
  readonly vulnerabilityId?: string | undefined;
  /** Patterns; absent: any. */
  readonly packageName?: string | undefined;
  readonly packageVersion?: string | undefined;
  /** A repository, or a pattern of some. */
  readonly repositoryFilter: string;
  /** One image alone. */
  readonly imageDigest?: Digest | undefined;
  readonly reason: string;
  /** Who is to be asked about it. */
  readonly owner: string;
  /** From then on it does nothing. Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Waiver extends WantedWaiver {
  readonly registry: Registry;
  /** The ARN of who put it, as it is now. */
  readonly putBy: string;
  readonly putAt: number;
}

/** @throws InvalidParameter for one that would waive everything, or for longer than is allowed */
export function checkWaiver(wanted: WantedWaiver, now: number): void {
  if (wanted.vulnerabilityId === undefined && wanted.packageName === undefined) {
    throw invalidParameter("vulnerabilityId", "A waiver is about a vulnerability or a package");
  }
  if (wanted.packageVersion !== undefined && wanted.packageName === undefined) {
    throw invalidParameter("packageVersion", "A version is one of a package");
  }
  const most = now + suppressionLimits.waiverMs;
  if (!(wanted.expiresAt > now && wanted.expiresAt <= most)) {
    const days = suppressionLimits.waiverMs / (24 * 60 * 60 * 1000);
    throw invalidParameter("expiresAt", `A waiver ends within ${days} days, and not before now`);
  }
}

/** Whether a waiver is about images of that digest in a repository of that name, at all. */
export function isAboutImage(
  { repositoryFilter, imageDigest }: Waiver,
  repositoryName: string,
  digest: Digest,
): boolean {
  if (imageDigest !== undefined && imageDigest !== digest) return false;
  return matchesWildcard(repositoryFilter, repositoryName);
}

/** Whether it is about the package in which something was found. */
export function isAboutPackage(
  { packageName, packageVersion }: Waiver,
  { package: { name, version } }: Pick<ImageFinding, "package">,
): boolean {
  return (
    (packageName === undefined || matchesWildcard(packageName, name)) &&
    (packageVersion === undefined || matchesWildcard(packageVersion, version))
  );
}

import { hash } from "node:crypto";
import { wholeName } from "./advisories/package-keys.ts";
import type { VulnerablePackage } from "./finding.ts";
import type { FoundPackage } from "./found-package.ts";
import type { ImageFinding } from "./image-finding.ts";

/**
 * What is told of an image's packages, one hash for each that has findings: of a package for which the
 * hash is the same, the findings are the same, word by word, but for when they were seen and for EPSS, which
 * is read where findings are. A hundredth of the findings' own size, it is opened without them.
 */
export type FindingOutline = Readonly<Record<string, string>>;

/** What is kept with findings, to be opened alone. */
export interface FindingsHead {
  /** See `basisOf`. */
  readonly basis: string | undefined;
  readonly outline: FindingOutline;
}

export function outlineOf(findings: readonly ImageFinding[]): FindingOutline {
  const byPackage = Map.groupBy(findings, ({ package: of }) => keyOfPackage(of));
  return Object.fromEntries(
    byPackage.entries().map(([key, own]) => {
      const told = own
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .map((finding) => ({ ...finding, ...asSeen }));
      return [key, hash("sha256", JSON.stringify(told))];
    }),
  );
}

const asSeen = { firstObservedAt: 0, lastObservedAt: 0, changedAt: 0, epss: undefined };

/** Under which findings of a package are told together: all copies of it have the same. */
export function keyOfPackage({
  type,
  name,
  version,
  architecture = "",
}: Pick<VulnerablePackage, "type" | "name" | "version" | "architecture">): string {
  return `${type}\n${name}\n${version}\n${architecture}`;
}

export function keyOfFound(found: FoundPackage): string {
  const { type, version, architecture } = found;
  return keyOfPackage({
    ...{ type, name: wholeName(found), version },
    ...(architecture && { architecture }),
  });
}

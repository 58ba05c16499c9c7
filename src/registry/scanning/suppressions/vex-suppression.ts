import { wholeName } from "../advisories/package-keys.ts";
import type { VulnerablePackage } from "../finding.ts";
import { type ImageFinding, namesOf } from "../image-finding.ts";
import type { ImageInventory } from "../image-inventory.ts";
import { type PackageUrl, packageUrl, parsePackageUrl } from "../package-url.ts";
import { statementFor } from "../sbom/vex/match-vex.ts";
import type { StatementsByName } from "../sbom/vex/statements-by-name.ts";
import type { VexStatement } from "../sbom/vex/vex-statement.ts";
import type { Suppression, Suppressor } from "../suppressor.ts";
import { suppressionLimits } from "./suppression-limits.ts";

/** Statements of one document that count for an image. */
export interface NamedStatements {
  /** What the document is called. */
  readonly id: string;
  readonly byName: StatementsByName;
}

/**
 * What statements call not affected, or fixed, is not to be acted on. Of several about the same the latest
 * counts, wherever it is; one that is of a time to come does not count yet.
 * @param images the URLs that the image has
 */
export function suppressedByStatements(
  documents: readonly NamedStatements[],
  inventory: ImageInventory,
  images: readonly PackageUrl[],
  now: number,
): Suppressor {
  const packages = packageUrls(inventory);
  const newest = now + suppressionLimits.statementAheadMs;
  return (finding) => {
    const url = packages(finding.package);
    return url && suppressionBy(documents, { finding, url, images, newest });
  };
}

interface Subject {
  readonly finding: ImageFinding;
  readonly url: PackageUrl;
  readonly images: readonly PackageUrl[];
  readonly newest: number;
}

function suppressionBy(
  documents: readonly NamedStatements[],
  { finding, url, images, newest }: Subject,
): Suppression | undefined {
  const names = namesOf(finding);
  const said = new Map<VexStatement, string>();
  for (const { id, byName } of documents) {
    for (const name of names) {
      for (const statement of byName.get(name) ?? []) {
        if (statement.timestamp <= newest) said.set(statement, id);
      }
    }
  }
  const subject = { vulnerabilities: names, package: url, images };
  const statement = statementFor([...said.keys()], subject);
  if (statement?.status !== "not_affected" && statement?.status !== "fixed") return undefined;
  return { kind: "VEX", id: said.get(statement) ?? "", reason: reasonOf(statement) };
}

/** `Team: not affected, vulnerable_code_not_present: it is not built in` */
function reasonOf({ author, status, justification, impact }: VexStatement): string {
  const word = status === "fixed" ? "fixed" : "not affected";
  const why = [word, justification].filter((part) => part !== undefined).join(", ");
  const text = [author, why, impact].filter((part) => part !== undefined).join(": ");
  return text.slice(0, suppressionLimits.reasonCharacters).toWellFormed();
}

/** The URL of the package of a finding, as an SBOM of the image has it. */
function packageUrls({ packages, distribution }: ImageInventory) {
  const urls = new Map<string, PackageUrl | undefined>();
  const found = new Map(
    packages.map((each) => [keyOf({ ...each, name: wholeName(each) }), each] as const),
  );
  return (of: VulnerablePackage): PackageUrl | undefined => {
    const key = keyOf(of);
    if (!urls.has(key)) {
      const each = found.get(key);
      urls.set(key, each && parsePackageUrl(packageUrl(each, distribution)));
    }
    return urls.get(key);
  };
}

/** A package that is there for two architectures is two, with URLs of their own. */
function keyOf({
  type,
  name,
  version,
  architecture = "",
}: Pick<VulnerablePackage, "type" | "name" | "version" | "architecture">): string {
  return [type, name, version, architecture].join("\0");
}

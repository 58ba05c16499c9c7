import { formatPackageUrl, type PackageUrl } from "../../package-url.ts";
import type { VexProduct, VexStatement } from "./vex-statement.ts";

/** A finding that statements may be about. */
export interface VexSubject {
  /** All names that the vulnerability has. */
  readonly vulnerabilities: ReadonlySet<string>;
  readonly package: PackageUrl;
  /** The image that the package is in, under the URLs that it has. */
  readonly images: readonly PackageUrl[];
}

/**
 * The statement that holds for a finding: of those about the vulnerability and the package, or the image, the
 * latest; of several of one time, the one that leaves the finding open.
 */
export function statementFor(
  statements: readonly VexStatement[],
  subject: VexSubject,
): VexStatement | undefined {
  let found: VexStatement | undefined;
  for (const statement of statements) {
    if (!isAbout(statement, subject)) continue;
    const isLater = found === undefined || statement.timestamp > found.timestamp;
    const isAtOnce = statement.timestamp === found?.timestamp;
    if (isLater || (isAtOnce && !closes(statement))) found = statement;
  }
  return found;
}

function closes({ status }: VexStatement): boolean {
  return status === "not_affected" || status === "fixed";
}

function isAbout({ vulnerabilities, products }: VexStatement, subject: VexSubject): boolean {
  if (!vulnerabilities.some((name) => subject.vulnerabilities.has(name))) return false;
  return products.some((product) => isProduct(product, subject));
}

/** A product is the image or the package; a part of a product is the package, in that image. */
function isProduct({ whole, part }: VexProduct, { package: own, images }: VexSubject): boolean {
  const isImage = whole !== undefined && images.some((image) => matchesUrl(whole, image));
  if (part !== undefined) return matchesUrl(part, own) && (whole === undefined || isImage);
  return isImage || (whole !== undefined && matchesUrl(whole, own));
}

/**
 * Whether a package is what a URL names: the same type, namespace and name; the version, the subpath and each of
 * the qualifiers, where the URL has them. Source: OpenVEX, "Product matching"; purl-spec
 */
export function matchesUrl(wanted: PackageUrl, own: PackageUrl): boolean {
  if (nameText(wanted) !== nameText(own)) return false;
  if (wanted.version !== undefined && wanted.version !== own.version) return false;
  if (wanted.subpath !== undefined && wanted.subpath !== own.subpath) return false;
  return [...wanted.qualifiers].every(([key, value]) => own.qualifiers.get(key) === value);
}

/** In the form in which the same packages are the same text. */
function nameText({ type, namespace, name }: PackageUrl): string {
  const qualifiers = new Map<string, string>();
  return formatPackageUrl({
    type,
    ...(namespace !== undefined && { namespace }),
    name,
    qualifiers,
  });
}

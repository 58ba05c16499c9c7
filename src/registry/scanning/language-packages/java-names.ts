import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { licensesOf } from "./package-list.ts";
import { headerFields, linesOf } from "./recorded-text.ts";

/** A Maven artifact; its group is only told where it is known. */
export type JavaName = Pick<FoundPackage, "namespace" | "name" | "version" | "licenses">;

/**
 * What a pom.properties says. One that Maven did not fill in says nothing: `${project.version}`.
 * @throws FileRefused if it is not one
 */
export function nameOfPom(text: string): JavaName | undefined {
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const start = line.trimStart();
    if (start.startsWith("#") || start.startsWith("!")) continue;
    const at = separatorOf(start);
    if (at > 0) values.set(start.slice(0, at).trim(), start.slice(at + 1).trim());
  }
  const namespace = values.get("groupId") ?? "";
  const name = values.get("artifactId") ?? "";
  const version = values.get("version") ?? "";
  if (namespace === "" || name === "" || version === "") {
    throw new FileRefused("a pom.properties without groupId, artifactId or version");
  }
  return [namespace, name, version].some((part) => part.includes("${"))
    ? undefined
    : { namespace, name, version };
}

function separatorOf(line: string): number {
  const equals = line.indexOf("=");
  const colon = line.indexOf(":");
  if (equals < 0 || colon < 0) return Math.max(equals, colon);
  return Math.min(equals, colon);
}

/**
 * What the manifest says, with the file's name as its witness: titles there are for people, and the names of
 * OSGi bundles are not those of artifacts. A group is told only if it is certain, as advisories of a wrong one
 * would be taken for none.
 */
export function nameOfManifest(text: string, fileName: string): JavaName | undefined {
  const fields = headerFields(text, "");
  const field = (name: string) => {
    const value = fields.get(name)?.[0] ?? "";
    return value.includes("${") ? "" : value;
  };
  const bundle = withoutDirectives(field("bundle-symbolicname"));
  const versions = [field("implementation-version"), field("bundle-version")].filter(isVersion);
  const ofFile = nameOfFile(fileName);
  // Bundle-Version has four fixed parts: `1.0.0.RELEASE` for 1.0-RELEASE. The file's is the artifact's own.
  const isWitnessed =
    ofFile !== undefined && versions.some((version) => sameNumbers(version, ofFile.version));
  const name = isWitnessed ? ofFile.name : titleOf(field("implementation-title"), bundle, ofFile);
  const specified = [field("specification-version")].filter(isVersion);
  const version = isWitnessed ? ofFile.version : (versions[0] ?? ofFile?.version ?? specified[0]);
  if (name === undefined || version === undefined) return undefined;
  const group = groupOf(name, bundle, field("implementation-vendor-id"));
  // Then the file's name alone has told.
  if (group === undefined && version === ofFile?.version && !isWitnessed) return undefined;
  const licenses = licensesOf(field("bundle-license").split(","));
  return { ...(group === undefined ? {} : { namespace: group }), name, version, ...licenses };
}

/** `com.example.name;singleton:=true`. */
function withoutDirectives(value: string): string {
  return (value.split(";", 1)[0] ?? "").trim();
}

/** Java's own manifests hold such as `1.7.0_80-b15` and "unspecified". */
function isVersion(text: string): boolean {
  return isDigit(text, 0) && !text.includes(" ");
}

function sameNumbers(one: string, other: string): boolean {
  const numbers = (text: string) => text.split(/[^0-9]/).filter((part) => part !== "");
  const [first, second] = [numbers(one), numbers(other)];
  const shorter = Math.min(first.length, second.length, 3);
  return shorter > 0 && first.slice(0, shorter).join(".") === second.slice(0, shorter).join(".");
}

function titleOf(title: string, bundle: string, ofFile: JavaName | undefined): string | undefined {
  if (ofFile !== undefined) return ofFile.name;
  if (isArtifact(title)) return title;
  const last = bundle.slice(bundle.lastIndexOf(".") + 1);
  return isArtifact(last) ? last : undefined;
}

/** Letters, digits, `-`, `_` and `.`, which are all that Maven takes. */
function isArtifact(text: string): boolean {
  return text !== "" && text.length <= 256 && /^[A-Za-z0-9._-]*$/.test(text);
}

function groupOf(name: string, bundle: string, vendor: string): string | undefined {
  if (isArtifact(vendor) && vendor.includes(".")) return vendor;
  // Maven's bundles are named by group and artifact, unless the group ends with the artifact's name:
  // `com.google.guava` has the group of the same name. So only what no group ends with is certain.
  const isGroupAndName = bundle.endsWith(`.${name}`) && name.includes("-");
  return isGroupAndName ? bundle.slice(0, -name.length - 1) : undefined;
}

/** `artifact-1.2.3.jar`; nothing for files without a version in their names. */
export function nameOfFile(fileName: string): JavaName | undefined {
  const stem = fileName.slice(0, fileName.lastIndexOf("."));
  const lastDot = stem.lastIndexOf(".");
  let split = -1;
  for (let at = stem.indexOf("-"); at >= 0; at = stem.indexOf("-", at + 1)) {
    if (!isDigit(stem, at + 1)) continue;
    // `log4j-1.2-api-2.17.1` is of version 2.17.1, `tool-1.0-2` of 1.0-2.
    if (split < 0 || at < lastDot) split = at;
  }
  const name = stem.slice(0, Math.max(0, split));
  return split > 0 && isArtifact(name) ? { name, version: stem.slice(split + 1) } : undefined;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

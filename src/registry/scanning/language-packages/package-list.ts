import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import {
  maxInsideLength,
  maxLicenseLength,
  maxLicenses,
  maxNameLength,
  maxPackagesPerFile,
  maxVersionLength,
} from "./language-limits.ts";

/** What one file tells of: each package once, in the file's order. */
export class PackageList {
  readonly #packages = new Map<string, FoundPackage>();

  get packages(): readonly FoundPackage[] {
    return [...this.#packages.values()];
  }

  /** @throws FileRefused for names and versions that are none, and for more packages than can be */
  add(found: FoundPackage): void {
    checkText(found.name, "name", maxNameLength);
    checkText(found.version, "version", maxVersionLength);
    if (found.namespace !== undefined) checkText(found.namespace, "namespace", maxNameLength);
    if (found.inside !== undefined) checkText(found.inside, "place", maxInsideLength);
    const { type, namespace = "", name, version, inside = "" } = found;
    // No control character is in any of them.
    const key = `${type}\n${namespace}\n${name}\n${version}\n${inside}`;
    if (this.#packages.has(key)) return;
    if (this.#packages.size >= maxPackagesPerFile) {
      throw new FileRefused(`more than ${maxPackagesPerFile} packages`);
    }
    this.#packages.set(key, found);
  }
}

function checkText(text: string, what: string, maxLength: number): void {
  if (text.length === 0) throw new FileRefused(`a package has an empty ${what}`);
  if (text.length > maxLength) {
    throw new FileRefused(`a package's ${what} is longer than ${maxLength} characters`);
  }
  if (hasControls(text)) throw new FileRefused(`a package's ${what} has control characters`);
}

/** Line ends, escapes and the like, which would change what lists and terminals show. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** The member of a package, if any of these is a licence that can be shown. Others are left out. */
export function licensesOf(texts: readonly unknown[]): Pick<FoundPackage, "licenses"> {
  const licenses = new Set<string>();
  for (const text of texts) {
    if (licenses.size === maxLicenses) break;
    if (typeof text !== "string" || text.length > maxLicenseLength) continue;
    const license = text.trim();
    if (license !== "" && license !== "UNKNOWN" && !hasControls(license)) licenses.add(license);
  }
  return licenses.size === 0 ? {} : { licenses: [...licenses] };
}

/** npm's way and Composer's to write a scope or vendor before the name. */
export function splitName(whole: string): Pick<FoundPackage, "namespace" | "name"> {
  const slash = whole.indexOf("/");
  if (slash <= 0 || slash === whole.length - 1) return { name: whole };
  return { namespace: whole.slice(0, slash), name: whole.slice(slash + 1) };
}

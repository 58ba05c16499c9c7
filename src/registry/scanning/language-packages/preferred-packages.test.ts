import { describe, expect, it } from "vitest";
import { finished } from "../../steps.ts";
import type { InstalledPackage } from "../image-inventory.ts";
import { preferredPackages } from "./preferred-packages.ts";

function found(
  analyzer: string,
  path: string,
  type: InstalledPackage["type"],
  name: string,
  version = "1.0.0",
): InstalledPackage {
  const layerDiffId = `sha256:${"0".repeat(64)}`;
  return { analyzer, path, type, name, version, layerDiffId, isSystemOwned: false };
}

/** What is left of these, by path and name. */
function left(...packages: InstalledPackage[]): string[] {
  return finished(preferredPackages(packages)).map(({ path, name }) => `${path} ${name}`);
}

describe("of an image's records", () => {
  it("lock files hold only where nothing of theirs is installed", () => {
    const lock = found("npm-lock", "app/package-lock.json", "npm", "a");
    const elsewhere = found("npm", "usr/lib/node_modules/npm/package.json", "npm", "npm");
    const here = found("npm", "app/node_modules/a/package.json", "npm", "a");
    expect(left(lock, elsewhere)).toHaveLength(2);
    expect(left(lock, here, elsewhere)).toEqual([
      "app/node_modules/a/package.json a",
      "usr/lib/node_modules/npm/package.json npm",
    ]);
    const atRoot = found("yarn-lock", "yarn.lock", "npm", "a");
    expect(left(atRoot, here)).toHaveLength(2);
    expect(left(atRoot, found("npm", "node_modules/a/package.json", "npm", "a"))).toHaveLength(1);
  });

  it("lock files of Ruby, PHP and .NET follow where their installers put packages", () => {
    const gems = found("gemfile-lock", "app/Gemfile.lock", "gem", "a");
    expect(left(gems)).toHaveLength(1);
    expect(left(gems, found("ruby", "usr/specifications/a.gemspec", "gem", "a"))).toHaveLength(1);
    const php = found("composer-lock", "www/composer.lock", "composer", "a");
    const other = found("composer", "other/vendor/composer/installed.json", "composer", "a");
    const own = found("composer", "www/vendor/composer/installed.json", "composer", "a");
    expect(left(php, other)).toHaveLength(2);
    expect(left(php, own)).toEqual(["www/vendor/composer/installed.json a"]);
    const nuget = found("nuget-lock", "src/packages.lock.json", "nuget", "a");
    expect(left(nuget, found("dotnet", "app/a.deps.json", "nuget", "a"))).toHaveLength(1);
  });

  it("bills of materials add only what no other record has", () => {
    const path = "var/lib/db/sbom/a.spdx.json";
    const sbom = (type: InstalledPackage["type"], name: string, version: string) =>
      found("sbom", path, type, name, version);
    const installed = [
      found("apk", "lib/apk/db/installed", "apk", "busybox", "1.36.1-r6"),
      found("npm", "node_modules/a/package.json", "npm", "a", "1.0.0"),
    ];
    const told = [
      sbom("apk", "busybox", "1.36.1-r5"),
      sbom("npm", "a", "1.0.0"),
      sbom("npm", "a", "2.0.0"),
      sbom("bitnami", "redis", "7.2.0"),
    ];
    expect(finished(preferredPackages([...installed, ...told]))).toEqual([
      ...installed,
      told[2],
      told[3],
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { composerLock, composerPackages } from "./composer-packages.ts";

const packages = [
  { name: "symfony/http-kernel", version: "v5.4.0", license: ["MIT"], type: "library" },
  { name: "example/module", version: "dev-main" },
];
const expected = ["composer symfony/http-kernel@v5.4.0", "composer example/module@dev-main"];
const path = "var/www/vendor/composer/installed.json";

describe("PHP packages", () => {
  it("are told of both versions of installed.json", () => {
    expect(composerPackages.wants(layerFile(path, 10))).toBe(true);
    const one = analyzed(composerPackages, path, JSON.stringify(packages));
    expect(named(one)).toEqual(expected);
    expect(one.packages[0]?.licenses).toEqual(["MIT"]);
    const two = JSON.stringify({ packages, dev: true, "dev-package-names": [] });
    expect(named(analyzed(composerPackages, path, two))).toEqual(expected);
  });

  it("are told of composer.lock without what development needs", () => {
    const lock = { packages, "packages-dev": [{ name: "phpunit/phpunit", version: "9.5.0" }] };
    expect(composerLock.wants(layerFile("var/www/composer.lock", 10))).toBe(true);
    expect(composerLock.wants(layerFile("var/www/vendor/a/b/composer.lock", 10))).toBe(false);
    expect(named(analyzed(composerLock, "composer.lock", JSON.stringify(lock)))).toEqual(expected);
  });

  it("are refused without their list, names or versions", () => {
    for (const other of [{}, { packages: {} }, [1], [{ name: "a/b" }], [{ version: "1" }], 1]) {
      expect(() => analyzed(composerPackages, path, JSON.stringify(other))).toThrow(FileRefused);
    }
  });
});

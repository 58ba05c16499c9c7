/** A real file for each way in which packages are recorded, at a place where it is looked for. */
import { readFileSync } from "node:fs";
import { scanningSample } from "./analyzed.ts";
import { zip } from "./zip.ts";

const data = new URL("../data/", import.meta.url);
const whole = (path: string) => readFileSync(new URL(path, data));
/** Around the last bytes that are not zero: what is between is padding. */
const ends = (sample: Buffer) =>
  Buffer.concat([sample.subarray(0, 4096), sample.subarray(-16 * 1024)]);

const pom = {
  name: "META-INF/maven/a/b/pom.properties",
  content: "groupId=a\nartifactId=b\nversion=1.0\n",
};

export const scanSamples: readonly (readonly [path: string, content: Uint8Array | string])[] = [
  ["etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'],
  ["etc/debian_version", "12.5\n"],
  ["etc/apk/repositories", "https://dl-cdn.alpinelinux.org/alpine/v3.19/main\n"],
  ["var/lib/dpkg/status", whole("dpkg/status")],
  ["var/lib/dpkg/info/base-files.list", "/etc/os-release\n/usr/lib/os-release\n"],
  ["lib/apk/db/installed", whole("apk/installed")],
  ["usr/lib/sysimage/rpm/Packages.db", whole("rpm/Packages.db")],
  ["var/lib/rpm/Packages", whole("rpm/Packages")],
  ["a/node_modules/a/package.json", '{"name": "@a/b", "version": "1.0.0", "license": "MIT"}'],
  ["b/package-lock.json", scanningSample("npm/npm3/package-lock.json")],
  ["b/yarn.lock", scanningSample("npm/berry/yarn.lock")],
  ["b/pnpm-lock.yaml", scanningSample("npm/pnpm9/pnpm-lock.yaml")],
  ["b/bun.lock", scanningSample("npm/bun/bun.lock")],
  ["c/a.dist-info/METADATA", "Name: A_b\nVersion: 1.0\nLicense: MIT\n x\n\nbody\n"],
  ["c/a.egg", zip([{ name: "EGG-INFO/PKG-INFO", content: "Name: a\nVersion: 1\n" }])],
  ["d/go", ends(scanningSample("go/go1.26-elf-64.gz"))],
  ["d/rust", scanningSample("rust/auditable.gz").subarray(-16 * 1024)],
  ["e/a-1.0.jar", zip([pom, { name: "lib/b-1.0.jar", content: zip([pom]) }])],
  ["f/specifications/a.gemspec", '# stub: a 1.0 ruby lib\n  s.name = "a"\n s.version = "1"'],
  ["f/Gemfile.lock", "GEM\n  specs:\n    a (1.0-java)\n      b (~> 1)\n"],
  ["g/vendor/composer/installed.json", '[{"name": "a/b", "version": "v1.0"}]'],
  ["h/a.deps.json", '{"libraries": {"A/1.0": {"type": "package"}}}'],
  ["i/conda-meta/a.json", '{"name": "a", "version": "1.0"}'],
  ["j/a.cdx.json", '{"bomFormat": "CycloneDX", "components": [{"purl": "pkg:gem/a@1"}]}'],
];

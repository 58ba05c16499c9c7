import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named, scanningSample } from "../../../../test/support/analyzed.ts";
import { type FileAnalyzer, FileRefused } from "../file-analyzer.ts";
import { bunLock } from "./bun-lock.ts";
import { npmLock } from "./npm-lock.ts";
import { pnpmLock } from "./pnpm-lock.ts";
import { yarnLock } from "./yarn-lock.ts";

/** What one and the same package.json comes to, with an alias and a folder of its own among it. */
const deployed = [
  "npm @babel/code-frame@7.22.5",
  "npm @babel/helper-validator-identifier@7.29.7",
  "npm @babel/highlight@7.25.9",
  "npm ansi-styles@3.2.1",
  "npm chalk@2.4.2",
  "npm color-convert@1.9.3",
  "npm color-name@1.1.3",
  "npm debug@4.3.4",
  "npm escape-string-regexp@1.0.5",
  "npm has-flag@3.0.0",
  "npm js-tokens@4.0.0",
  "npm lodash@4.17.20",
  "npm loose-envify@1.4.0",
  "npm ms@2.1.2",
  "npm picocolors@1.1.1",
  "npm react-dom@18.2.0",
  "npm react@18.2.0",
  "npm scheduler@0.23.2",
  "npm supports-color@5.5.0",
];
const withDevelopment = [...deployed, "npm mkdirp@1.0.4"].sort();

const samples: [FileAnalyzer, string, string[]][] = [
  [npmLock, "npm1/package-lock.json", deployed],
  [npmLock, "npm2/package-lock.json", deployed],
  [npmLock, "npm3/package-lock.json", deployed],
  [pnpmLock, "pnpm5/pnpm-lock.yaml", deployed],
  [pnpmLock, "pnpm6/pnpm-lock.yaml", deployed],
  [pnpmLock, "pnpm9/pnpm-lock.yaml", withDevelopment],
  [yarnLock, "yarn1/yarn.lock", withDevelopment],
  [yarnLock, "berry/yarn.lock", withDevelopment],
  [bunLock, "bun/bun.lock", withDevelopment],
];

describe("lock files of JavaScript", () => {
  it.each(samples)("$1 tells what would be installed ($0.name)", (analyzer, path, expected) => {
    expect(analyzer.wants(layerFile(`app/${path}`, 10))).toBe(true);
    expect(analyzer.wants(layerFile(`app/node_modules/a/${path}`, 10))).toBe(false);
    const sample = scanningSample(`npm/${path}`);
    expect(named(analyzed(analyzer, path, sample)).sort()).toEqual(expected);
    const windows = sample.toString().replaceAll("\n", "\r\n");
    expect(named(analyzed(analyzer, path, windows)).sort()).toEqual(expected);
  });

  it.each(samples)("$1 is refused if it is something else", (analyzer, path) => {
    for (const other of ["", "name: value", "{}", "[]", "{"]) {
      if (analyzer === yarnLock && other === "") continue;
      expect(() => analyzed(analyzer, path, other)).toThrow(FileRefused);
    }
  });

  it("tell of this repository what an independent reading does", () => {
    const content = readFileSync(new URL("../../../../package-lock.json", import.meta.url), "utf8");
    const { packages } = JSON.parse(content) as {
      packages: Record<string, { version: string; dev?: boolean; link?: boolean }>;
    };
    const expected = Object.entries(packages).flatMap(([path, { version, dev, link }]) => {
      const [, name] = /.*node_modules\/(.+)$/.exec(path) ?? []; // Else it is a workspace of its own.
      const isIt = name !== undefined && dev !== true && link !== true;
      return isIt ? [`npm ${name}@${version}`] : [];
    });
    expect(expected.length).toBeGreaterThan(50);
    const found = named(analyzed(npmLock, "package-lock.json", content));
    expect(found.sort()).toEqual([...new Set(expected)].sort());
  });

  it("tell the real name of aliases, and leave links out", () => {
    const npm = {
      lockfileVersion: 3,
      packages: {
        "": { name: "app", version: "1.0.0" },
        "node_modules/alias": { name: "@a/real", version: "2.0.0" },
        "node_modules/part": { resolved: "part", link: true },
        part: { version: "1.0.0" },
      },
    };
    expect(named(analyzed(npmLock, "package-lock.json", JSON.stringify(npm)))).toEqual([
      "npm @a/real@2.0.0",
    ]);
    const yarn = `"alias@npm:@a/real@^2.0.0":\n  version "2.0.1"\n`;
    expect(named(analyzed(yarnLock, "yarn.lock", yarn))).toEqual(["npm @a/real@2.0.1"]);
  });

  it("tell of packages from elsewhere what stands below their keys", () => {
    const pnpm = [
      "lockfileVersion: 5.4",
      "packages:",
      "",
      "  github.com/user/repository/0123abc:",
      "    resolution: {tarball: https://codeload.github.com/x}",
      "    name: from-git",
      "    version: 1.2.3",
      "  registry.example.com/@s/hosted/2.0.0_react@18.0.0:",
      "    resolution: {integrity: sha512-x}",
      "  '/quoted/1.0.0':",
      "    dev: true",
    ].join("\n");
    expect(named(analyzed(pnpmLock, "pnpm-lock.yaml", pnpm))).toEqual([
      "npm from-git@1.2.3",
      "npm @s/hosted@2.0.0",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { npmPackages } from "./npm-packages.ts";

const path = "app/node_modules/debug/package.json";

describe("packages in node_modules", () => {
  it("are wanted wherever they are, and nothing else is", () => {
    const isWanted = (wanted: string) => npmPackages.wants(layerFile(wanted, 10));
    expect(isWanted("node_modules/debug/package.json")).toBe(true);
    expect(isWanted("usr/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json")).toBe(
      true,
    );
    expect(isWanted("app/package.json")).toBe(false);
    expect(isWanted("my_node_modules/debug/package.json")).toBe(false);
    expect(isWanted("node_modules/debug/other-package.json")).toBe(false);
    expect(npmPackages.wants({ ...layerFile(path, 0), kind: "symlink" })).toBe(false);
  });

  it("are told with scope, version and licence", () => {
    const plain = `{"name": "debug", "version": "4.3.4", "license": "MIT"}`;
    expect(analyzed(npmPackages, path, plain).packages).toEqual([
      { type: "npm", name: "debug", version: "4.3.4", licenses: ["MIT"] },
    ]);
    const scoped = `{"name": "@types/node", "version": "20.1.0", "license": {"type": "ISC"}}`;
    expect(analyzed(npmPackages, path, scoped).packages).toEqual([
      { type: "npm", namespace: "@types", name: "node", version: "20.1.0", licenses: ["ISC"] },
    ]);
    const old = `\ufeff{"name": "old", "version": "0.1.0", "licenses": [{"type": "MIT"}, "BSD"]}`;
    expect(analyzed(npmPackages, path, old).packages[0]?.licenses).toEqual(["MIT", "BSD"]);
  });

  it("are told under their own name, whatever folder an alias has put them in", () => {
    const aliased = `{"name": "lodash", "version": "4.17.20"}`;
    expect(named(analyzed(npmPackages, "node_modules/old/package.json", aliased))).toEqual([
      "npm lodash@4.17.20",
    ]);
  });

  it("are none without a name and a version", () => {
    for (const none of [`{"type": "module"}`, `{"name": "x"}`, `{"version": "1.0.0"}`, "[]", "3"]) {
      expect(analyzed(npmPackages, path, none).packages).toEqual([]);
    }
    expect(analyzed(npmPackages, path, `{"name": "x", "version": 1}`).packages).toEqual([]);
  });

  it("are refused if they are no JSON, but for files inside of packages, which Node never reads", () => {
    expect(() => analyzed(npmPackages, path, "{")).toThrow(FileRefused);
    expect(() => analyzed(npmPackages, "node_modules/@a/b/package.json", "{")).toThrow(FileRefused);
    const inside = "node_modules/resolve/test/malformed/package.json";
    expect(analyzed(npmPackages, inside, "{").packages).toEqual([]);
  });

  it("are refused if a name or version could not be shown", () => {
    const lines = `{"name": "a\\nb", "version": "1.0.0"}`;
    expect(() => analyzed(npmPackages, path, lines)).toThrow("control characters");
    const long = JSON.stringify({ name: "a", version: "1".repeat(600) });
    expect(() => analyzed(npmPackages, path, long)).toThrow("longer than 512");
  });

  it("are refused before their JSON takes more memory than it may", () => {
    expect(() => analyzed(npmPackages, path, "[".repeat(100_000))).toThrow("nested deeper");
    expect(() => analyzed(npmPackages, path, `[${"[],".repeat(1_100_000)}[]]`)).toThrow("values");
    expect(() => analyzed(npmPackages, path, " ".repeat(5 * 1024 * 1024))).toThrow("larger than");
  });
});

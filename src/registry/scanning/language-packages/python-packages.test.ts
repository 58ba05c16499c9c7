import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { zip } from "../../../../test/support/zip.ts";
import { FileRefused } from "../file-analyzer.ts";
import { normalisedName, pythonPackages } from "./python-packages.ts";

const metadata = "usr/lib/python3/site-packages/PyYAML-6.0.dist-info/METADATA";

describe("Python packages", () => {
  it("are wanted in all forms that installers leave", () => {
    const isWanted = (path: string) => pythonPackages.wants(layerFile(path, 10));
    expect(isWanted(metadata)).toBe(true);
    expect(isWanted("usr/lib/python3/dist-packages/six-1.16.0.egg-info")).toBe(true);
    expect(isWanted("usr/lib/python3/dist-packages/six.egg-info/PKG-INFO")).toBe(true);
    expect(isWanted("opt/six-1.16.0-py3.11.egg")).toBe(true);
    expect(isWanted("opt/six-1.16.0-py3.11.egg/EGG-INFO/PKG-INFO")).toBe(true);
    expect(isWanted("usr/lib/python3/site-packages/PyYAML-6.0.dist-info/RECORD")).toBe(false);
    expect(isWanted("src/PKG-INFO")).toBe(false);
    expect(isWanted("usr/lib/python3/dist-packages/six.egg-info/top_level.txt")).toBe(false);
  });

  it("are told under the name that advisories go by", () => {
    const names = ["Foo.Bar", "foo_bar", "FOO--bar", "foo-_.bar"];
    expect(new Set(names.map(normalisedName))).toEqual(new Set(["foo-bar"]));
    const headers = "Metadata-Version: 2.1\nName: Foo.Bar_Baz\nVersion: 1.0.post1\n";
    expect(named(analyzed(pythonPackages, metadata, headers))).toEqual([
      "pypi foo-bar-baz@1.0.post1",
    ]);
  });

  it("are told by headers alone, whatever their description says", () => {
    const text = "Name: a\r\nVersion: 1.0\r\nSummary: x\r\n Version: 2\r\n\r\nVersion: 3.0\r\n";
    expect(named(analyzed(pythonPackages, metadata, text))).toEqual(["pypi a@1.0"]);
    const long = `Name: a\nVersion: 1.0\n\n${"x".repeat(2 * 1024 * 1024)}`;
    expect(named(analyzed(pythonPackages, metadata, long))).toEqual(["pypi a@1.0"]);
    expect(pythonPackages.read(layerFile(metadata, 9)).push(Buffer.from(long))).toBe(false);
    const described = "Name: a\n\nVersion: 3.0\n";
    expect(() => analyzed(pythonPackages, metadata, described)).toThrow(FileRefused);
  });

  it("are told with the licence's name, never its text", () => {
    const licensesIn = (headers: string) =>
      analyzed(pythonPackages, metadata, `Name: a\nVersion: 1\n${headers}`).packages[0]?.licenses;
    expect(licensesIn("License-Expression: MIT OR Apache-2.0\n")).toEqual(["MIT OR Apache-2.0"]);
    expect(licensesIn("License: BSD\n")).toEqual(["BSD"]);
    const classifier = "Classifier: License :: OSI Approved :: MIT License\n";
    expect(licensesIn(`License: UNKNOWN\n${classifier}`)).toEqual(["MIT License"]);
    expect(licensesIn(`License: Copyright\n  All rights\n${classifier}`)).toEqual(["MIT License"]);
    expect(licensesIn("")).toBeUndefined();
  });

  it("are refused without name or version, and if their headers do not end", () => {
    for (const text of ["", "Name: a\n", "Version: 1\n", "Name:\nVersion: 1\n", "no header\n"]) {
      expect(() => analyzed(pythonPackages, metadata, text)).toThrow(FileRefused);
    }
    const endless = `Name: a\nVersion: 1\nSummary: ${"x".repeat(1024 * 1024)}`;
    expect(() => analyzed(pythonPackages, metadata, endless)).toThrow("headers of more than");
  });

  it("are found in eggs, which are refused if they hold none", () => {
    const record = { name: "EGG-INFO/PKG-INFO", content: "Name: Six\nVersion: 1.16.0\n" };
    const egg = zip([{ name: "six.py", content: "pass" }, record]);
    expect(named(analyzed(pythonPackages, "opt/six.egg", egg))).toEqual([
      "pypi six@1.16.0 !EGG-INFO/PKG-INFO",
    ]);
    const empty = zip([{ name: "six.py", content: "pass" }]);
    expect(() => analyzed(pythonPackages, "opt/six.egg", empty)).toThrow(FileRefused);
    expect(() => analyzed(pythonPackages, "opt/six.egg", "pass")).toThrow("not a zip archive");
  });
});

import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { dotnetPackages } from "./dotnet-packages.ts";
import { nugetLock } from "./nuget-lock.ts";

describe(".NET packages", () => {
  it("are told of what a program is published with, its runtime included", () => {
    const path = "app/Shop.deps.json";
    const libraries = {
      "Shop/1.0.0": { type: "project", serviceable: false },
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": { type: "runtimepack" },
      "Newtonsoft.Json/13.0.1": { type: "package", serviceable: true, sha512: "x" },
      "Own.Assembly/1.0.0": { type: "reference" },
    };
    expect(dotnetPackages.wants(layerFile(path, 10))).toBe(true);
    const found = analyzed(dotnetPackages, path, JSON.stringify({ targets: {}, libraries }));
    expect(named(found)).toEqual([
      "nuget Microsoft.NETCore.App.Runtime.linux-x64@8.0.1",
      "nuget Newtonsoft.Json@13.0.1",
    ]);
    for (const other of [{}, { libraries: [] }, { libraries: { A: { type: "package" } } }]) {
      expect(() => analyzed(dotnetPackages, path, JSON.stringify(other))).toThrow(FileRefused);
    }
  });

  it("are told of packages.lock.json, once for all that it is built for", () => {
    const path = "src/packages.lock.json";
    const json = { type: "Direct", requested: "[13.0.1, )", resolved: "13.0.1" };
    const dependencies = {
      "net8.0": { "Newtonsoft.Json": json, Own: { type: "Project" } },
      "net8.0/linux-x64": { "Newtonsoft.Json": json },
    };
    expect(nugetLock.wants(layerFile(path, 10))).toBe(true);
    expect(named(analyzed(nugetLock, path, JSON.stringify({ version: 1, dependencies })))).toEqual([
      "nuget Newtonsoft.Json@13.0.1",
    ]);
    for (const other of [{}, { dependencies: { net: { A: {} } } }]) {
      expect(() => analyzed(nugetLock, path, JSON.stringify(other))).toThrow(FileRefused);
    }
  });

  it("are told of packages.config, but for what only development needs and comments", () => {
    const path = "src/packages.config";
    const config = `\ufeff<?xml version="1.0" encoding="utf-8"?>
<packages>
  <!-- <package id="Old" version="1.0.0" /> -->
  <package id="jQuery" version="3.1.1" targetFramework="net46" />
  <package
    version='2.0.0' id = 'Other' />
  <package id="Tool" version="1.0.0" developmentDependency="true" />
</packages>`;
    expect(nugetLock.wants(layerFile("src/Packages.config", 10))).toBe(true);
    expect(named(analyzed(nugetLock, path, config))).toEqual([
      "nuget jQuery@3.1.1",
      "nuget Other@2.0.0",
    ]);
    for (const other of ["", "<packages><package id=", "<packages><package id='a' />"]) {
      expect(() => analyzed(nugetLock, path, other)).toThrow(FileRefused);
    }
  });
});

import { expect, it } from "vitest";
import { analyzed, layerFile } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { condaPackages } from "./conda-packages.ts";

it("Conda's packages are told by their records", () => {
  const path = "opt/conda/conda-meta/openssl-3.0.13-h7f8727e_0.json";
  const record = { name: "openssl", version: "3.0.13", build: "h7f8727e_0", license: "Apache-2.0" };
  expect(condaPackages.wants(layerFile(path, 10))).toBe(true);
  expect(condaPackages.wants(layerFile("opt/conda/conda-meta/history", 10))).toBe(false);
  expect(analyzed(condaPackages, path, JSON.stringify(record)).packages).toEqual([
    { type: "conda", name: "openssl", version: "3.0.13", licenses: ["Apache-2.0"] },
  ]);
  expect(() => analyzed(condaPackages, path, `{"name": "a"}`)).toThrow(FileRefused);
});

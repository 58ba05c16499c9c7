import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { batchGetRepositoryScanningConfiguration } from "./batch-get-repository-scanning-configuration.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { getRegistryScanningConfiguration } from "./get-registry-scanning-configuration.ts";
import { putImageScanningConfiguration } from "./put-image-scanning-configuration.ts";
import { putRegistryScanningConfiguration } from "./put-registry-scanning-configuration.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  for (const name of ["prod/app", "test/app"]) await registry.createRepository(name);
});
afterEach(() => registry.close());

const filters = (...names: string[]) =>
  names.map((filter) => ({ filter, filterType: "WILDCARD" as const }));

describe("The scanning configuration of a registry", () => {
  it("is BASIC without rules until one is put, which replaces what was there", async () => {
    const get = () => registry.ask(getRegistryScanningConfiguration, {});
    const registryId = "000000000000";
    const initial = { scanType: "BASIC", rules: [] };
    expect(await get()).toEqual({ registryId, scanningConfiguration: initial });
    for (const configuration of [
      {
        scanType: "ENHANCED",
        rules: [
          { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: filters("prod/*", "web") },
          { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: filters("*") },
        ],
      },
      { scanType: "BASIC", rules: [{ scanFrequency: "MANUAL", repositoryFilters: [] }] },
    ]) {
      const put = await registry.ask(putRegistryScanningConfiguration, configuration);
      expect(put).toEqual({ registryScanningConfiguration: configuration });
      expect(await get()).toEqual({ registryId, scanningConfiguration: configuration });
    }
  });

  const rule = (scanFrequency: string, ...names: string[]) => ({
    scanFrequency,
    repositoryFilters: filters(...names),
  });
  it.each([
    { scanType: "BASIC", rules: [rule("CONTINUOUS_SCAN", "*")] },
    { scanType: "ENHANCED", rules: [rule("MANUAL", "*")] },
    { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", "a"), rule("SCAN_ON_PUSH", "b")] },
    { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", "Upper")] },
    { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", "a//b")] },
    { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", "a/")] },
    { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", "x".repeat(256))] },
    { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", ...Array(101).fill("a"))] },
    { scanType: "DEEP" },
  ])("refuses %j", async (configuration) => {
    await expect(
      registry.ask(putRegistryScanningConfiguration, configuration),
    ).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("names ECR's own pattern to a filter that breaks it", async () => {
    const configuration = { scanType: "BASIC", rules: [rule("SCAN_ON_PUSH", "Upper")] };
    const refused = registry.ask(putRegistryScanningConfiguration, configuration);
    await expect(refused).rejects.toThrow("'^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$'");
  });
});

describe("BatchGetRepositoryScanningConfiguration", () => {
  it("tells of each repository what holds for it, and of those that are not there", async () => {
    const rules = [
      { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: filters("nothing", "prod*", "*app") },
    ];
    await registry.ask(putRegistryScanningConfiguration, { scanType: "BASIC", rules });
    const repositoryNames = ["prod/app", "gone", "test/app"];
    const answer = await registry.ask(batchGetRepositoryScanningConfiguration, { repositoryNames });
    const of = (repositoryName: string) => ({
      ...{ repositoryArn: `arn:aws:ecr:us-east-1:000000000000:repository/${repositoryName}` },
      ...{ repositoryName, scanOnPush: true, scanFrequency: "SCAN_ON_PUSH" },
      appliedScanFilters: filters("*app"),
    });
    expect(answer).toMatchObject({
      scanningConfigurations: [of("prod/app"), of("test/app")],
      failures: [{ repositoryName: "gone", failureCode: "REPOSITORY_NOT_FOUND" }],
    });
  });
});

describe("PutImageScanningConfiguration", () => {
  const put = (repositoryName: string, scanOnPush: boolean) =>
    registry.ask(putImageScanningConfiguration, {
      repositoryName,
      imageScanningConfiguration: { scanOnPush },
    });

  it("sets the repository's flag, in basic scanning", async () => {
    for (const scanOnPush of [true, false]) {
      expect(await put("prod/app", scanOnPush)).toMatchObject({
        imageScanningConfiguration: { scanOnPush },
      });
      const { repositories } = await registry.ask(describeRepositories, {
        repositoryNames: ["prod/app"],
      });
      expect(repositories?.[0]?.imageScanningConfiguration).toEqual({ scanOnPush });
    }
    await expect(put("gone", true)).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  });

  it("is refused in enhanced scanning", async () => {
    await registry.ask(putRegistryScanningConfiguration, { scanType: "ENHANCED", rules: [] });
    await expect(put("prod/app", true)).rejects.toMatchObject({
      kind: "Validation",
      message: "This feature is disabled",
    });
  });
});

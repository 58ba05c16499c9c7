import { describe, expect, it } from "vitest";
import type { RepositoryName } from "../names.ts";
import type { ScanningConfiguration } from "./scan-type.ts";
import { scanningOf } from "./scanning-configuration.ts";

const named = (name: string, scanOnPush = false) => ({ name: name as RepositoryName, scanOnPush });

describe("The scanning of a repository", () => {
  // Source: ECR, "Filter wildcards".
  it.each([
    ["prod", ["prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo"]],
    ["*prod", ["prod", "repo-prod"]],
    ["prod*", ["prod", "prod-repo", "prodrepo"]],
    ["*prod*", ["prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo"]],
    ["prod*repo", ["prod-repo", "prodrepo"]],
  ])("is that of the filter %s", (filter, fitting) => {
    const rules = [{ frequency: "SCAN_ON_PUSH" as const, filters: [filter] }];
    const names = ["prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo"];
    const found = names.filter(
      (name) => scanningOf({ type: "BASIC", rules }, named(name)).filter !== undefined,
    );
    expect(found).toEqual(fitting);
  });

  it("is continuous where both rules fit, by the last filter that does", () => {
    const configuration: ScanningConfiguration = {
      type: "ENHANCED",
      rules: [
        { frequency: "SCAN_ON_PUSH", filters: ["*"] },
        { frequency: "CONTINUOUS_SCAN", filters: ["app", "team/*", "other"] },
      ],
    };
    expect(scanningOf(configuration, named("team/app"))).toEqual({
      type: "ENHANCED",
      frequency: "CONTINUOUS_SCAN",
      filter: "team/*",
    });
    expect(scanningOf(configuration, named("web"))).toMatchObject({ frequency: "SCAN_ON_PUSH" });
  });

  it("is by hand or by the repository's own flag without a rule, in basic scanning", () => {
    const basic: ScanningConfiguration = { type: "BASIC", rules: [] };
    expect(scanningOf(basic, named("app")).frequency).toBe("MANUAL");
    expect(scanningOf(basic, named("app", true)).frequency).toBe("SCAN_ON_PUSH");
    const ruled: ScanningConfiguration = {
      type: "BASIC",
      rules: [{ frequency: "MANUAL", filters: ["*"] }],
    };
    expect(scanningOf(ruled, named("app", true)).frequency).toBe("MANUAL");
  });

  it("is continuous everywhere in enhanced scanning without rules, and off where none fits", () => {
    expect(scanningOf({ type: "ENHANCED", rules: [] }, named("app")).frequency).toBe(
      "CONTINUOUS_SCAN",
    );
    const rules = [{ frequency: "SCAN_ON_PUSH" as const, filters: ["prod"] }];
    expect(scanningOf({ type: "ENHANCED", rules }, named("app", true)).frequency).toBeUndefined();
  });
});

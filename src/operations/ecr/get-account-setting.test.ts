import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { getAccountSetting } from "./get-account-setting.ts";

describe("GetAccountSetting", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  it.each([
    ["BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"],
    ["REGISTRY_POLICY_SCOPE", "V2"],
    // Differs from ECR, where it is DISABLED.
    ["BLOB_MOUNTING", "ENABLED"],
  ])("answers %s = %s until it is set", async (name, value) => {
    expect(await registry.ask(getAccountSetting, { name })).toEqual({ name, value });
  });

  it("refuses names that ECR does not have", async () => {
    const asked = registry.ask(getAccountSetting, { name: "COLOUR" });
    await expect(asked).rejects.toMatchObject({ kind: "Validation" });
  });
});

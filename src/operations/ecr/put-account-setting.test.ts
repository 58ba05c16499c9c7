import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import type { Region } from "../../registry/names.ts";
import { getAccountSetting } from "./get-account-setting.ts";
import { putAccountSetting } from "./put-account-setting.ts";

describe("PutAccountSetting", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  it("keeps what it is told, in this registry alone", async () => {
    const setting = { name: "BLOB_MOUNTING", value: "DISABLED" };
    expect(await registry.ask(putAccountSetting, setting)).toEqual(setting);
    expect(await registry.ask(putAccountSetting, setting)).toEqual(setting);
    expect(await registry.ask(getAccountSetting, { name: "BLOB_MOUNTING" })).toEqual(setting);
    const elsewhere = { ...callerOf(account), region: "eu-west-1" as Region };
    const other = await registry.ask(getAccountSetting, { name: "BLOB_MOUNTING" }, elsewhere);
    expect(other.value).toBe("ENABLED");
  });

  it("refuses values that ECR does not have", async () => {
    const setting = { name: "BASIC_SCAN_TYPE_VERSION", value: "CLAIR" };
    const asked = registry.ask(putAccountSetting, setting);
    await expect(asked).rejects.toMatchObject({ kind: "Validation" });
  });
});

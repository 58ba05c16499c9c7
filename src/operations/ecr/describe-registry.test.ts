import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { describeRegistry } from "./describe-registry.ts";

describe("DescribeRegistry", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  it("always answers, with no replication rules", async () => {
    expect(await registry.ask(describeRegistry, {})).toEqual({
      registryId: "000000000000",
      replicationConfiguration: { rules: [] },
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import type { AccountId, Region } from "../registry/names.ts";
import { type Listing, openPosition, sealPosition } from "./page-token.ts";

describe("a page token", () => {
  let opened: TestPorts;
  beforeEach(async () => {
    opened = await testPorts();
  });
  afterEach(() => opened.close());

  const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
  const listing: Listing = {
    operation: "ListImages",
    registry,
    narrowedBy: ["team/app", "TAGGED"],
  };

  it("carries a position through the listing that it was made for, and shows nothing of it", () => {
    const token = sealPosition(opened.ports, listing, "position");
    expect(openPosition(opened.ports, listing, token)).toBe("position");
    expect(openPosition(opened.ports, listing, undefined)).toBeUndefined();
    expect(Buffer.from(token, "base64url").includes("position")).toBe(false);
  });

  it.each<[string, Partial<Listing>]>([
    ["operation", { operation: "DescribeImages" }],
    ["account", { registry: { ...registry, account: "111111111111" as AccountId } }],
    ["region", { registry: { ...registry, region: "eu-west-1" as Region } }],
    ["repository", { narrowedBy: ["team/other", "TAGGED"] }],
    ["filter", { narrowedBy: ["team/app", undefined] }],
    ["arrangement", { narrowedBy: ["team/app,TAGGED"] }],
  ])("is refused with another %s", (_what, other) => {
    const token = sealPosition(opened.ports, listing, "position");
    expect(() => openPosition(opened.ports, { ...listing, ...other }, token)).toThrow(
      "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'",
    );
  });

  it("is refused when any byte of it differs", () => {
    const token = Buffer.from(sealPosition(opened.ports, listing, "position"), "base64url");
    for (let index = 0; index < token.length; index += 1) {
      const damaged = Buffer.from(token);
      damaged[index]! ^= 1;
      const text = damaged.toString("base64url");
      expect(() => openPosition(opened.ports, listing, text)).toThrow("Invalid token");
    }
  });

  it("is refused by another deployment", async () => {
    const other = await testPorts();
    try {
      const token = sealPosition(other.ports, listing, "position");
      expect(() => openPosition(opened.ports, listing, token)).toThrow("Invalid token");
    } finally {
      await other.close();
    }
  });
});

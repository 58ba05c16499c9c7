import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import { lintPolicy } from "./lint-policy.ts";

const pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

describe("LintPolicy", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  it("tells what is wrong, where, and how it would be right", async () => {
    const policyDocument = policyText(
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      { Effect: "Allow", Action: [...pull, "ecr:DescribeImage"], Resource: "*" },
    );
    const { findings, correctedDocument } = await registry.ask(lintPolicy, { policyDocument });
    expect(findings).toContainEqual({
      ...{ code: "unknown-action", severity: "error", statement: 2, element: "Action", line: 1 },
      sentence: "There is no action 'ecr:DescribeImage'; the nearest is 'ecr:DescribeImages'",
    });
    expect(correctedDocument).toBe(policyDocument.replace("DescribeImage", "DescribeImages"));
  });

  it("has no corrected text where there is nothing to mend, or nothing that can be", async () => {
    const right = policyText({ Effect: "Allow", Action: "ecr:*", Resource: "*" });
    expect(await registry.ask(lintPolicy, { policyDocument: right })).toEqual({ findings: [] });
    const answer = await registry.ask(lintPolicy, { policyDocument: "no JSON" });
    expect(answer).toEqual({
      findings: [expect.objectContaining({ code: "invalid-policy", severity: "error" })],
    });
  });

  it("judges a policy as what it is meant to be", async () => {
    const policyDocument = policyText({ Effect: "Allow", Principal: "*", Action: pull });
    const codes = async (policyKind: string) => {
      const { findings } = await registry.ask(lintPolicy, { policyDocument, policyKind });
      return findings.map(({ code }) => code);
    };
    expect(await codes("repository")).toContain("open-to-everyone");
    expect(await codes("identity")).toContain("invalid-policy");
    await expect(codes("of-my-own")).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("is for whoever is allowed to, and keeps nothing", async () => {
    const input = { policyDocument: policyText() };
    const { ports } = registry.environment;
    const stranger = await userWith(ports, { account, name: "stranger" });
    await expect(registry.ask(lintPolicy, input, stranger)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const allow = { Effect: "Allow", Action: "entrepot:LintPolicy", Resource: "*" };
    const author = await userWith(ports, { account, name: "author" }, allow);
    const before = await registry.dump();
    expect((await registry.ask(lintPolicy, input, author)).findings).not.toEqual([]);
    expect(await registry.dump()).toBe(before);
  });
});

import { describe, expect, it } from "vitest";
import { compileArnPattern, splitArn } from "./arn-pattern.ts";

const app = "arn:aws:ecr:eu-west-1:111122223333:repository/team/app";

function matches(pattern: string, arn: string, context = new Map<string, string>()): boolean {
  return compileArnPattern(pattern, true).matches(arn, splitArn(arn), context);
}

describe("ARN patterns", () => {
  it.each([
    "*",
    app,
    "arn:aws:ecr:eu-west-1:111122223333:repository/*",
    "arn:aws:ecr:*:111122223333:repository/team/???",
    "arn:*:ecr:eu-*-?:1111*:*app",
    "arn:aws:ecr",
    "arn:aws:ecr:*:*:*",
  ])("%s match the repository", (pattern) => {
    expect(matches(pattern, app)).toBe(true);
  });

  it.each([
    "arn:aws:ecr:eu-west-1:111122223333:repository/team",
    "arn:aws:ecr:eu-west-1:111122223333:repository/team/",
    "arn:aws:ecr:eu-west-1:111122223333:Repository/team/app",
    "arn:aws:ecr:*:repository/team/app",
    "arn:aws:ecr:*app",
    "arn:aws:ecr::111122223333:repository/team/app",
    "arn:aws:ecr-public",
    "",
  ])("%s do not", (pattern) => {
    expect(matches(pattern, app)).toBe(false);
  });

  it("reach with no wildcard over a colon of the first five", () => {
    const pattern = "arn:aws:someservice:*:111122223333:finance/*";
    const arn =
      "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
    expect(matches(pattern, arn)).toBe(false);
    expect(matches("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:r:a:log-group:x:y")).toBe(true);
  });

  it("match by nothing but * what is no ARN", () => {
    expect(matches("*", "*")).toBe(true);
    expect(matches("arn:*:*:*:*:*", "*")).toBe(false);
    expect(matches("arn:aws:ecr:*:*:*", "arn:aws:ecr")).toBe(false);
  });

  it("are not divided by the colon of a variable", () => {
    const pattern = "arn:aws:ecr:eu-west-1:111122223333:repository/${aws:PrincipalTag/team}/*";
    expect(matches(pattern, app)).toBe(false);
    expect(matches(pattern, app, new Map([["aws:principaltag/team", "team"]]))).toBe(true);
    expect(matches(pattern, app, new Map([["aws:principaltag/team", "*"]]))).toBe(false);
    const owned = "arn:aws:ecr:*:${aws:PrincipalAccount}:repository/*";
    expect(matches(owned, app, new Map([["aws:principalaccount", "111122223333"]]))).toBe(true);
    expect(matches(owned, app, new Map([["aws:principalaccount", "444455556666"]]))).toBe(false);
  });
});

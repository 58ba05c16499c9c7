import { describe, expect, it } from "vitest";
import { policyDocument } from "../../../test/policy/attach-policy.ts";
import { limits } from "../limits.ts";
import { compilePolicy } from "./compile-policy.ts";

describe("a compiled policy", () => {
  const compiled = compilePolicy(
    policyDocument(
      {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "ecr:Put*", Resource: "*" },
          { Effect: "Allow", NotAction: "ecr:*", Resource: "*" },
          { Effect: "Deny", Action: ["ecr:PutImage", "s3:*"], Resource: "*" },
        ],
      },
      "managed",
    ),
  );
  const indexes = (action: string) => compiled.statementsFor(action).map(({ index }) => index);

  it("finds the statements that name an action, in their order", () => {
    expect(indexes("ecr:PutImage")).toEqual([0, 2]);
    expect(indexes("ECR:putIMAGE")).toEqual([0, 2]);
    expect(indexes("s3:GetObject")).toEqual([1, 2]);
    expect(indexes("ecr:BatchGetImage")).toEqual([]);
  });

  it("gives the same answer however many actions it was asked about", () => {
    for (let index = 0; index < limits.policyActionsRemembered * 3; index++) {
      expect(indexes(`ecr:Put${index}`)).toEqual([0]);
      expect(indexes("ecr:PutImage")).toEqual([0, 2]);
    }
  });
});

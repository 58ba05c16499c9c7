import { describe, expect, it } from "vitest";
import { policyDocument } from "../../../test/policy/attach-policy.ts";
import { limits } from "../limits.ts";
import { splitArn } from "./arn-pattern.ts";
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

  it("finds the statements that may speak of a resource, however many resources it was asked of", () => {
    const statement = (Resource: string | string[]) => ({
      Effect: "Allow",
      Action: "ecr:*",
      Resource,
    });
    const arn = (name: string) => `arn:aws:ecr:us-east-1:000000000000:repository/${name}`;
    const { statementsOn } = compilePolicy(
      policyDocument(
        {
          Version: "2012-10-17",
          Statement: [
            statement(arn("a*")),
            statement([arn("b"), arn("ab")]),
            statement(arn("${aws:username}")),
            { ...statement("*"), Action: "s3:*" },
          ],
        },
        "managed",
      ),
    );
    const on = (name: string) =>
      statementsOn("ecr:PutImage", arn(name), splitArn(arn(name))).map(({ index }) => index);
    for (let index = 0; index < limits.policyResourcesRemembered * 3; index++) {
      expect(on(`a${index}`)).toEqual([0, 2]);
      expect(on(`c${index}`)).toEqual([2]);
      expect(on("ab")).toEqual([0, 1, 2]);
      expect(on("b")).toEqual([1, 2]);
    }
  });

  it("gives the same answer however many actions it was asked about", () => {
    for (let index = 0; index < limits.policyActionsRemembered * 3; index++) {
      expect(indexes(`ecr:Put${index}`)).toEqual([0]);
      expect(indexes("ecr:PutImage")).toEqual([0, 2]);
    }
  });
});

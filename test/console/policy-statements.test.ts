import { describe, expect, it } from "vitest";
import {
  addStatement,
  changeStatement,
  removeStatement,
  statementsOf,
} from "../../console/src/pages/repository/policy-statements.ts";

const policy = {
  Version: "2012-10-17",
  Id: "own",
  Statement: {
    Sid: "a",
    Effect: "Allow",
    Principal: { AWS: "111111111111", Service: "x.amazonaws.com" },
    Action: "ecr:BatchGetImage",
    Condition: { Bool: { "aws:SecureTransport": "true" } },
  },
};
const text = JSON.stringify(policy);

describe("the form of a policy's statements", () => {
  it("keeps what it has no field for, and names it", () => {
    expect(statementsOf(text)?.map(({ hidden }) => hidden)).toEqual([
      ["Condition", "Principal.Service"],
    ]);
    const value = ["111111111111", "arn:aws:iam::222222222222:root"];
    const changed = changeStatement(text, 0, { member: "Principal", value });
    expect(JSON.parse(changed)).toEqual({
      ...policy,
      Statement: { ...policy.Statement, Principal: { ...policy.Statement.Principal, AWS: value } },
    });
    const everybody = changeStatement(text, 0, { member: "Principal", value: ["*"] });
    expect(JSON.parse(everybody)).toMatchObject({
      Statement: { Principal: { AWS: "*", Service: "x.amazonaws.com" } },
    });
    const actions = changeStatement(text, 0, { member: "Action", value: ["ecr:PutImage"] });
    expect(JSON.parse(actions)).toEqual({
      ...policy,
      Statement: { ...policy.Statement, Action: "ecr:PutImage" },
    });
  });

  it("shows no field for a value of another kind than it knows", () => {
    const odd = { Effect: "Maybe", Principal: "me", NotAction: "ecr:*", Action: [1], Sid: 3 };
    const [statement] = statementsOf(JSON.stringify({ Statement: [odd] })) ?? [];
    expect(statement?.hidden).toEqual(["Effect", "Principal", "NotAction", "Action", "Sid"]);
    for (const wrong of ["{", "[]", '{"Statement":[1]}', '{"Statement":"all"}']) {
      expect(statementsOf(wrong)).toBeUndefined();
      expect(addStatement(wrong)).toBe(wrong);
    }
  });

  it("begins a policy, adds to one, and takes away", () => {
    const begun = addStatement("");
    expect(JSON.parse(begun)).toMatchObject({
      Version: "2012-10-17",
      Statement: [{ Sid: "Statement1", Effect: "Allow", Principal: { AWS: [] } }],
    });
    const named = changeStatement(begun, 0, { member: "Principal", value: ["*"] });
    expect(JSON.parse(named)).toMatchObject({ Statement: [{ Principal: "*" }] });
    const more = addStatement(text);
    expect(JSON.parse(more)).toMatchObject({
      ...{ Id: "own", Statement: [policy.Statement, { Sid: "Statement2" }] },
    });
    expect(JSON.parse(removeStatement(more, 1))).toEqual({
      ...policy,
      Statement: [policy.Statement],
    });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonValue, parseStrictJson } from "../strict-json.ts";
import { formatPolicy } from "./format-policy.ts";

const parse = (text: string): JsonValue => parseStrictJson(text, 32, new Set());

describe("the text that ECR gives back", () => {
  it("has its indents, colons and lists, and keeps the order of the members", () => {
    const text =
      '{"Version":"2008-10-17","Statement":[{"Sid":"new statement","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","*"]},"Action":["ecr:BatchGetImage","ecr:PutImage"],"Condition":{"Bool":{"aws:SecureTransport":true}}},{"Action":"ecr:*","Effect":"Deny","Principal":"*"}]}';
    expect(formatPolicy(parse(text))).toBe(`{
  "Version" : "2008-10-17",
  "Statement" : [ {
    "Sid" : "new statement",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "arn:aws:iam::111122223333:root", "*" ]
    },
    "Action" : [ "ecr:BatchGetImage", "ecr:PutImage" ],
    "Condition" : {
      "Bool" : {
        "aws:SecureTransport" : true
      }
    }
  }, {
    "Action" : "ecr:*",
    "Effect" : "Deny",
    "Principal" : "*"
  } ]
}`);
  });

  it("shows empty objects and lists as such", () => {
    expect(formatPolicy(parse('{"a":{},"b":[]}'))).toBe('{\n  "a" : { },\n  "b" : [ ]\n}');
  });

  it("says what it was given, and formats to itself", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const formatted = formatPolicy(parse(JSON.stringify(JSON.parse(text))));
        expect(JSON.parse(formatted)).toEqual(JSON.parse(text));
        expect(formatPolicy(parse(formatted))).toBe(formatted);
      }),
    );
  });
});

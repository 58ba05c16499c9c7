import { expect, test } from "vitest";
import {
  decodeQuery,
  encodeQuery,
  encodeQueryError,
  encodeQueryErrorInJson,
  encodeQueryInJson,
} from "./query-codec.ts";

test("reads action, version and members from form and URL together", () => {
  const url = [
    ["Version", "2011-06-15"],
    ["X-Amz-Date", "20150830T123600Z"],
  ] as const;
  expect(decodeQuery(url, Buffer.from("Action=Do&Name=a+b%2Bc&Empty="))).toEqual({
    action: "Do",
    version: "2011-06-15",
    input: { Name: "a b+c", Empty: "" },
  });
});

test("refuses a parameter that is given twice, and broken encodings", () => {
  for (const form of ["Action=A&Action=B", "Action=%zz", "Action=%ff"]) {
    expect(() => decodeQuery([], Buffer.from(form))).toThrow(
      expect.objectContaining({ kind: "Serialization" }),
    );
  }
  expect(() => decodeQuery([["Action", "A"]], Buffer.from("Action=B"))).toThrow("given twice");
});

test("68: __proto__ and constructor in a form are inert", () => {
  const form = "Action=Do&__proto__=x&constructor=y&toString=z";
  const { input } = decodeQuery([], Buffer.from(form));
  expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
  expect(Object.entries(input)).toEqual([
    ["constructor", "y"],
    ["toString", "z"],
  ]);
});

test("writes structures and lists as AWS Query has them, escaped", () => {
  const output = { Name: `<a & "b">\u0000`, Absent: undefined, List: [{ X: 1 }, { X: 2 }] };
  expect(encodeQuery({ service: "sts", operationName: "Do" }, output, "id")).toBe(
    [
      '<DoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
      "<DoResult><Name>&lt;a &amp; &quot;b&quot;&gt;\ufffd</Name><List><member><X>1</X></member><member><X>2</X></member></List></DoResult>",
      "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>",
      "</DoResponse>",
    ].join("\n"),
  );
});

test("writes an error with its type, code, message and request id", () => {
  const error = { status: 400, code: "InvalidAction", message: "no <action>", details: {} };
  expect(encodeQueryError(error, "id")).toContain(
    "<Error><Type>Sender</Type><Code>InvalidAction</Code><Message>no &lt;action&gt;</Message></Error>",
  );
  expect(encodeQueryError({ ...error, status: 500 }, "id")).toContain("<Type>Receiver</Type>");
});

test("spells out structures and lists from names with dots, in the order of their numbers", () => {
  const form =
    "Action=Do&Tags.member.2.Key=b&Tags.member.10.Key=c&Tags.member.1.Key=a&Tags.member.1.Value=x&A.B=1";
  expect(decodeQuery([], Buffer.from(form)).input).toEqual({
    Tags: [{ Key: "a", Value: "x" }, { Key: "b" }, { Key: "c" }],
    A: { B: "1" },
  });
});

test.each(["A=1&A.B=2", "A.B=2&A=1", "A.member.x=1", "A.member.0=1", `${"a.".repeat(17)}b=1`])(
  "refuses names that contradict one another or go too deep: %s",
  (form) => {
    expect(() => decodeQuery([], Buffer.from(form))).toThrow(
      expect.objectContaining({ kind: "Serialization" }),
    );
  },
);

test("names with dots are inert", () => {
  const { input } = decodeQuery([], Buffer.from("a.__proto__.x=1&a.constructor.prototype.y=2"));
  expect(Object.getPrototypeOf(input.a)).toBe(Object.prototype);
  expect(input.a).toEqual({ constructor: { prototype: { y: "2" } } });
  expect(({} as { y?: string }).y).toBeUndefined();
});

test("writes maps as entries, and no result where there is no output", () => {
  const map = new Map([["Users", 3]]);
  const call = { service: "iam", operationName: "Do" } as const;
  expect(encodeQuery(call, { SummaryMap: map }, "id")).toContain(
    "<SummaryMap><entry><key>Users</key><value>3</value></entry></SummaryMap>",
  );
  expect(encodeQuery(call, undefined, "id")).not.toContain("DoResult");
});

test("writes the same as JSON", () => {
  const output = { Users: [{ UserName: "a" }], SummaryMap: new Map([["Users", 1]]) };
  const call = { service: "iam", operationName: "Do" } as const;
  expect(JSON.parse(encodeQueryInJson(call, output, "id"))).toEqual({
    DoResponse: {
      DoResult: { Users: [{ UserName: "a" }], SummaryMap: { Users: 1 } },
      ResponseMetadata: { RequestId: "id" },
    },
  });
  const refusal = { status: 404, code: "NoSuchEntity", message: "no", details: {} };
  expect(JSON.parse(encodeQueryErrorInJson(refusal, "id"))).toEqual({
    Error: { Type: "Sender", Code: "NoSuchEntity", Message: "no" },
    RequestId: "id",
  });
});

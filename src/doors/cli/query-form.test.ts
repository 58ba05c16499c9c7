import { expect, it } from "vitest";
import { decodeQuery } from "../aws/query-codec.ts";
import { queryForm } from "./query-form.ts";

it("what is written as a form is what the server reads from it", () => {
  const input = {
    UserName: "a+b@c=d",
    Text: "ü & line\nbreak",
    Tags: [
      { Key: "one", Value: "1" },
      { Key: "two", Value: "" },
    ],
    Names: [],
    Nested: { Yes: true, Number: 3 },
    Absent: undefined,
  };
  const form = queryForm({ Action: "CreateUser", Version: "2010-05-08", ...input });
  expect(decodeQuery([], Buffer.from(form))).toEqual({
    action: "CreateUser",
    version: "2010-05-08",
    input: {
      ...{ UserName: input.UserName, Text: input.Text, Tags: input.Tags, Names: "" },
      Nested: { Yes: "true", Number: "3" },
    },
  });
});

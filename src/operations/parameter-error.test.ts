import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parameterError } from "./parameter-error.ts";

const schema = z.object({
  text: z.string().min(2).max(4),
  kind: z.enum(["A", "B"]),
  count: z.int().min(1).max(9).optional(),
  list: z
    .array(z.object({ inner: z.string() }))
    .max(2)
    .optional(),
});

describe("a parameter error", () => {
  it.each([
    [{ kind: "A" }, "text", "Member must not be null"],
    [{ text: "ab" }, "kind", "Member must not be null"],
    [{ text: 5, kind: "A" }, "text", "Member must be of type string"],
    [{ text: "a", kind: "A" }, "text", "Member must have length greater than or equal to 2"],
    [{ text: "abcde", kind: "A" }, "text", "Member must have length less than or equal to 4"],
    [{ text: "ab", kind: "C" }, "kind", "Member must satisfy enum value set: [A, B]"],
    [
      { text: "ab", kind: "A", count: 0 },
      "count",
      "Member must have value greater than or equal to 1",
    ],
    [
      { text: "ab", kind: "A", count: 10 },
      "count",
      "Member must have value less than or equal to 9",
    ],
    [{ text: "ab", kind: "A", count: 1.5 }, "count", "Member must be of type integer"],
    [
      { text: "ab", kind: "A", list: [{ inner: "" }, {}] },
      "list.2.member.inner",
      "Member must not be null",
    ],
    [{ text: "ab", kind: "A", list: [1] }, "list.1.member", "Member must be of type structure"],
    ["text", "input", "Member must be of type structure"],
  ])("for %j names '%s'", (input, parameter, constraint) => {
    const parsed = schema.safeParse(input, { reportInput: true });
    expect(parsed.error && parameterError(parsed.error, "ecr")).toMatchObject({
      kind: "InvalidParameter",
      message: `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`,
    });
  });

  const iam = z.object({
    UserName: z.string().max(4),
    Tags: z.array(z.object({ Key: z.string().regex(/^[a-z]+$/) })).default([]),
    Path: z
      .string()
      .refine((path) => path.startsWith("/"), "The specified value for path is invalid.")
      .default("/"),
  });

  it.each([
    [{}, "userName", "Member must not be null"],
    [{ UserName: "secret" }, "userName", "Member must have length less than or equal to 4"],
    [
      { UserName: "a", Tags: [{ Key: "a" }, { Key: "1" }] },
      "tags.2.member.key",
      "Member must satisfy regular expression pattern: [a-z]+",
    ],
  ])("of IAM for %j names '%s', and never the value", (input, member, constraint) => {
    const parsed = iam.safeParse(input, { reportInput: true });
    expect(parsed.error && parameterError(parsed.error, "iam")).toMatchObject({
      kind: "Validation",
      message: `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
    });
  });

  it("of IAM is the sentence of the member where that has one", () => {
    const parsed = iam.safeParse({ UserName: "a", Path: "x" }, { reportInput: true });
    expect(parsed.error && parameterError(parsed.error, "iam")).toMatchObject({
      kind: "Validation",
      message: "The specified value for path is invalid.",
    });
  });

  it("shows the value to users of KMS, but not what is to be sealed", () => {
    const kms = z.object({ KeyId: z.string().max(4), Plaintext: z.string().max(4) });
    const said = (input: object) => {
      const parsed = kms.safeParse(input, { reportInput: true });
      return parsed.error && parameterError(parsed.error, "kms").message;
    };
    const tooLong = "failed to satisfy constraint: Member must have length less than or equal to 4";
    expect(said({ KeyId: "12345", Plaintext: "" })).toBe(
      `1 validation error detected: Value '12345' at 'keyId' ${tooLong}`,
    );
    expect(said({ KeyId: "", Plaintext: "secret" })).toBe(
      `1 validation error detected: Value at 'plaintext' ${tooLong}`,
    );
  });
});

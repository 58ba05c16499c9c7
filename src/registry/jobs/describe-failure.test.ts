import { expect, it } from "vitest";
import { describeFailure } from "./describe-failure.ts";

it.each([
  [new Error("it broke"), "it broke"],
  [
    new Error("PUT https://me:secret@store.example/a/b?X-Amz-Signature=abc&x=1: 403"),
    "PUT https://…@store.example/a/b?… 403",
  ],
  [new Error('no "https://a.example/p?token=t" there'), 'no "https://a.example/p?…" there'],
  [new Error("x".repeat(600)), "x".repeat(500)],
  [new Error("", { cause: "secret" }), "It failed"],
  ["a thrown text", "It failed"],
])("tells of %s what is fit to be seen", (error, told) => {
  expect(describeFailure(error)).toBe(told);
});

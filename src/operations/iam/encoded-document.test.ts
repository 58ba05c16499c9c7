import { expect, test } from "vitest";
import { encodedDocument } from "./encoded-document.ts";

test("leaves nothing of a document that a URL could mean something by", () => {
  expect(encodedDocument(`{ "a*": "b+c'(!)~-_.ü" }`)).toBe(
    "%7B%20%22a%2A%22%3A%20%22b%2Bc%27%28%21%29~-_.%C3%BC%22%20%7D",
  );
});

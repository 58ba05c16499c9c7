import { describe, expect, it } from "vitest";
import { fieldsText, printable, shortened, tableText, wrappedText } from "./table.ts";

const titles = ["NAME", "ARN"];
const rows = [
  ["ci", "arn:aws:iam::000000000000:user/ci"],
  ["somebody", "arn:aws:iam::000000000000:user/somebody"],
];
const lengths = (text: string) => text.split("\n").map((line) => [...line].length);

describe("a table", () => {
  it("is as wide as what is in it, without blanks at the end of a line", () => {
    expect(tableText(titles, rows, Number.POSITIVE_INFINITY)).toBe(
      [
        "NAME      ARN",
        "ci        arn:aws:iam::000000000000:user/ci",
        "somebody  arn:aws:iam::000000000000:user/somebody",
      ].join("\n"),
    );
  });

  it("fits the terminal: the widest column gives way first, and says so", () => {
    const text = tableText(titles, rows, 30);
    expect(Math.max(...lengths(text))).toBe(30);
    expect(text).toContain("somebody  arn:aws:iam::000000…");
  });

  it("keeps whole what must be whole, as long as others can give way", () => {
    const text = tableText([{ whole: "NAME" }, "ARN"], [["somebody-else", "arn:aws"]], 21);
    expect(text).toBe("NAME           ARN\nsomebody-else  arn:a…");
    expect(tableText([{ whole: "NAME" }, "A"], [["somebody", "a"]], 10)).toContain("somebo…");
  });

  it("cuts no column to less than can be told apart", () => {
    expect(tableText(titles, rows, 5)).toBe(
      ["NAME    ARN", "ci      arn:a…", "someb…  arn:a…"].join("\n"),
    );
  });

  it("shows control characters of a name as such, and lets none reach the terminal", () => {
    expect(tableText(["N"], [["a\u001b[2Jb\u202ec"]], 80)).toBe("N\na\ufffd[2Jb\ufffdc");
    expect(fieldsText([["N", "a\nb"]])).toBe("N  a\ufffdb");
    expect(printable("\ud800")).toBe("\ufffd");
  });
});

describe("fields", () => {
  it("stand under one another, and so do the lines of one value", () => {
    expect(
      fieldsText([
        ["Name", "ci"],
        ["Groups", ["a", "b"]],
        ["Keys", []],
        ["Path", ""],
      ]),
    ).toBe("Name    ci\nGroups  a\n        b\nKeys    -\nPath    -");
  });
});

it("a text is shortened by whole characters", () => {
  expect([shortened("🚀🚀🚀", 2), shortened("ab", 2), shortened("abc", 2)]).toEqual([
    "🚀…",
    "ab",
    "a…",
  ]);
});

it("a text is broken at blanks, and what has none stays whole", () => {
  expect(wrappedText("  a bc def", 6, 4)).toBe("  a bc\n    def");
  expect(wrappedText("abcdef gh", 3, 1)).toBe("abcdef\n gh");
  expect(wrappedText("a b c", Number.POSITIVE_INFINITY, 2)).toBe("a b c");
});

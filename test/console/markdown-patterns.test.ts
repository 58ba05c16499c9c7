import { describe, expect, it } from "vitest";
import {
  divider,
  heading,
  item,
  rule,
  spans,
  unclosed,
} from "../../console/src/gallery/markdown-patterns.ts";

const found = (text: string) =>
  [...text.matchAll(spans)].map(([, ...groups]) => groups.filter((group) => group !== undefined));

describe("Markdown", () => {
  it("knows links and pictures, with and without a title", () => {
    expect(found("see [a](https://x.example) and ![b](/p.png 'a title')")).toEqual([
      ["a", "https://x.example"],
      ["b", "/p.png"],
    ]);
    expect(found("[a] (b) [c](d\ne)")).toEqual([]);
  });

  it.each([
    ["# A heading ##", "A heading"],
    ["###   C#  ", "C#"],
    ["## a # b", "a # b"],
    ["# ", ""],
    ["# ##", ""],
  ])("knows the heading %j", (line, text) => {
    expect(unclosed(heading.exec(line)?.[2] ?? "")).toBe(text);
    expect(heading.test(line.replaceAll(" ", ""))).toBe(false);
  });

  it.each([
    ["| --- | :-: |", true],
    [" ---|--- ", true],
    ["---", true],
    ["| --- || --- |", false],
    ["|", false],
    ["| -- x |", false],
  ])("says whether %j divides a table", (line, divides) => {
    expect(divider.test(line)).toBe(divides);
  });

  // The machine's limit for a test is the bound: without the rule these take minutes and hours.
  it("is done with texts that were made to take long", () => {
    const most = 64 * 1024;
    const fill = (text: string) => text.repeat(Math.ceil(most / text.length)).slice(0, most);
    const link = `${"![".repeat(245)}](${"a".repeat(2000)}`;
    const titled = `${"[".repeat(490)}](${"a".repeat(1800)} ${"b".repeat(199)}`;
    for (const text of [link, titled, "[", "![](", "*", "`"]) expect(found(fill(text))).toEqual([]);
    const lines = [
      `# ${fill(" ")}\u2028x`,
      `# ${fill("#")}\u2028`,
      `---${fill(" ")}x`,
      `${fill(" ")}x`,
      fill("|-"),
      `|${fill(" ")}x`,
      `${fill("- ")}x`,
    ];
    for (const line of lines) {
      for (const pattern of [heading, divider, rule, item]) pattern.test(line);
      expect(divider.test(`${line}x`)).toBe(false);
    }
  });
});

import { existsSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commandPages } from "../../src/doors/cli/help/command-pages.ts";
import { anchors, documents, links } from "../support/markdown.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const all = documents();

/** Whether a place of the package is there, heading and all. */
function isThere(place: string): boolean {
  const [path = "", anchor] = place.split("#");
  if (anchor === undefined) return existsSync(`${root}${path}`);
  const text = all.find((document) => document.path === path)?.text;
  return text !== undefined && anchors(text).has(anchor);
}

describe("the documents", () => {
  it("link to what is there", () => {
    const broken = all.flatMap(({ path, text }) =>
      links(text)
        .filter((link) => {
          const place = link.startsWith("#")
            ? `${path}${link}`
            : posix.join(posix.dirname(path), link);
          return !isThere(place);
        })
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it("are where the help of commands sends to", () => {
    const pages = Object.values(commandPages).flatMap(({ page }) => page ?? []);
    expect(pages.filter((page) => !isThere(page))).toEqual([]);
  });
});

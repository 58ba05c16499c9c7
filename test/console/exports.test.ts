import { describe, expect, it } from "vitest";
import {
  csvFormat,
  type ExportFormat,
  jsonFormat,
  ndjsonFormat,
  wholeFormat,
  writeExport,
} from "../../console/src/components/export-formats.ts";

interface Item {
  readonly name: string;
}

const itemsOf = (...names: string[]): Item[] => names.map((name) => ({ name }));
const csv = csvFormat<Item>("some", ["name"], ({ name }) => [name]);
const json = jsonFormat<Item>("some");
const ndjson = ndjsonFormat<Item>("some");
const whole = wholeFormat<Item>({ title: "X", file: "x", type: "x" }, (all) => String(all.length));

/** As a server gives pages: the token is the number of the next one. */
async function written(format: ExportFormat<Item>, pages: readonly Item[][], most = 100) {
  const told: number[] = [];
  const { parts, ...rest } = await writeExport(
    format,
    async (token) => {
      const at = Number(token ?? 0);
      const items = pages[at] ?? [];
      return { items, ...(at + 1 < pages.length && { nextToken: String(at + 1) }) };
    },
    { most, tell: (count) => told.push(count) },
  );
  return { text: parts.join(""), told, ...rest };
}

describe("a file of all that a filter finds", () => {
  const pages = [itemsOf("a", "b"), [], itemsOf("=c()")];

  it("has what is on every page, also behind an empty one", async () => {
    const asJson = await written(json, pages);
    expect(JSON.parse(asJson.text)).toEqual(pages.flat());
    expect(asJson).toMatchObject({ told: [2, 2, 3], count: 3, isCut: false });
    const lines = (await written(ndjson, pages)).text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(pages.flat());
    expect((await written(whole, pages)).text).toBe("3");
  });

  it("has one head in CSV, and nothing that a spreadsheet would take for a formula", async () => {
    expect((await written(csv, pages)).text).toBe(`"name"\r\n"a"\r\n"b"\r\n"'=c()"`);
  });

  it("is one that can be read also when nothing was found", async () => {
    expect((await written(csv, [[]])).text).toBe(`"name"`);
    expect(JSON.parse((await written(json, [[]])).text)).toEqual([]);
  });

  it("says that it is cut when there is more than it may hold, and not when that is all", async () => {
    expect(await written(json, pages, 2)).toMatchObject({ count: 2, isCut: true });
    expect(await written(json, [itemsOf("a", "b", "c")], 2)).toMatchObject({ isCut: true });
    const all = await written(json, [itemsOf("a"), itemsOf("b")], 2);
    expect(all).toMatchObject({ count: 2, isCut: false });
    expect(JSON.parse((await written(json, pages, 2)).text)).toEqual(itemsOf("a", "b"));
  });
});

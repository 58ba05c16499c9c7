import { afterEach, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { filteredPage, type Section } from "./filtered-page.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

let looked = 0;

/** Numbers below `count` as items, in order. */
function numbers(name: string, count: number): Section<number> {
  return {
    name,
    key: (item) => String(item),
    fetch: async ({ after, limit }) => {
      const first = after === undefined ? 0 : Number(after) + 1;
      return Array.from(
        { length: Math.max(0, Math.min(limit, count - first)) },
        (_, n) => first + n,
      );
    },
  };
}

function page(
  sections: readonly Section<number>[],
  select: (item: number) => number | undefined,
  paging: { Marker?: string | undefined; MaxItems?: number } = {},
) {
  looked = 0;
  const listing = { operation: "ListNumbers", account };
  return filteredPage(
    opened.ports,
    listing,
    sections,
    async (item) => {
      looked += 1;
      return select(item);
    },
    paging,
  );
}

it("goes through all sections page by page, each item once", async () => {
  const sections = [numbers("a", 3), numbers("b", 0), numbers("c", 120)];
  const found: number[] = [];
  for (let Marker: string | undefined, more = true; more; ) {
    const { items, end } = await page(sections, (item) => item, { Marker, MaxItems: 7 });
    expect(items.length).toBeLessThanOrEqual(7);
    found.push(...items);
    ({ Marker, IsTruncated: more } = end);
  }
  expect(found).toEqual([0, 1, 2, ...Array.from({ length: 120 }, (_, n) => n)]);
});

it("fills a page although many items are left out, and looks at no more than it needs", async () => {
  const tenth = (item: number) => (item % 10 === 0 ? item : undefined);
  const { items, end } = await page([numbers("a", 5_000)], tenth, { MaxItems: 5 });
  expect([items, end.IsTruncated, looked]).toEqual([[0, 10, 20, 30, 40], true, 41]);
});

it("ends a page after a thousand items that are all left out, and goes on behind them", async () => {
  const late = (item: number) => (item >= 1_200 ? item : undefined);
  const first = await page([numbers("a", 1_201)], late);
  expect([first.items, first.end.IsTruncated, looked]).toEqual([[], true, 1_000]);
  const { items, end } = await page([numbers("a", 1_201)], late, { Marker: first.end.Marker });
  expect([items, end]).toEqual([[1_200], { IsTruncated: false }]);
});

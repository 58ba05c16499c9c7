import { describe, expect, it } from "vitest";
import type { PageRequest } from "../ports/metadata-store.ts";
import { readPage } from "./read-page.ts";

const numbers = Array.from({ length: 10 }, (_, index) => index);
const key = (item: number) => item;

async function fetch({ after = -1, limit }: PageRequest<number>): Promise<number[]> {
  return numbers.filter((item) => item > after).slice(0, limit);
}

describe("a page", () => {
  it("says whether anything follows it", async () => {
    const some = await readPage({ after: undefined, size: 4, fetch, key });
    expect(some).toEqual({ items: [0, 1, 2, 3], more: true, last: 3 });
    const end = await readPage({ after: 5, size: 4, fetch, key });
    expect(end).toEqual({ items: [6, 7, 8, 9], more: false, last: 9 });
    const beyond = await readPage({ after: 9, size: 4, fetch, key });
    expect(beyond).toEqual({ items: [], more: false, last: 9 });
  });

  it("says so without items too", async () => {
    const before = await readPage({ after: undefined, size: 0, fetch, key });
    expect(before).toEqual({ items: [], more: true, last: undefined });
    const after = await readPage({ after: 9, size: 0, fetch, key });
    expect(after).toEqual({ items: [], more: false, last: 9 });
  });

  it("ends early once its items together weigh enough, and loses none", async () => {
    const weigh = (item: number) => item;
    const weighed = { size: 10, fetch, key, weigh, weightLimit: 5, atOnce: 2 };
    const first = await readPage({ ...weighed, after: undefined });
    expect(first).toEqual({ items: [0, 1, 2, 3], more: true, last: 3 });
    const second = await readPage({ ...weighed, after: first.last });
    expect(second).toEqual({ items: [4, 5], more: true, last: 5 });
  });
});

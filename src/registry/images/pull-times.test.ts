import { expect, it } from "vitest";
import type { MetadataChange, MetadataStore } from "../../ports/metadata-store.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry } from "../names.ts";
import type { Image } from "./image.ts";
import { PullTimes } from "./pull-times.ts";

const registry = { account: "000000000000", region: "us-east-1" } as Registry;
const minute = limits.pullTimeGranularityMs;

function image(digest: string, pulledAt?: number): Image {
  return { repository: { registry, id: "r" }, digest: digest as Digest, pulledAt } as Image;
}

/** A database that can be away, and what it was told to keep, transaction by transaction. */
class Rows {
  away = false;
  readonly written: [digest: string, at: number][][] = [];
  /** Runs while a transaction is under way. */
  meanwhile = () => {};

  readonly metadata = {
    transaction: async (work: (change: Pick<MetadataChange, "images">) => Promise<void>) => {
      if (this.away) throw new Error("away");
      const pulls: [string, number][] = [];
      this.written.push(pulls);
      const setPulledAt = async (_: unknown, digest: string, at: number) => {
        pulls.push([digest, at]);
        return false; // What is told of it is looked at where there are rows.
      };
      const repositories = { findById: async () => undefined };
      await work({ images: { setPulledAt }, repositories } as unknown as MetadataChange);
      this.meanwhile();
    },
  } as unknown as Pick<MetadataStore, "transaction">;
}

/** As a pull does it. */
function pull(pulls: PullTimes, of: Image, at: number): void {
  if (pulls.wants(of, at)) pulls.add(of, at);
}

it("writes an image once, however often it was pulled, and other images in the same transaction", async () => {
  const [pulls, rows] = [new PullTimes(9), new Rows()];
  for (let at = 0; at < 50; at++) pull(pulls, image("b"), at * 10);
  pull(pulls, image("a"), 7);
  expect(pulls.size).toBe(2);
  await pulls.flush(rows.metadata);
  await pulls.flush(rows.metadata);
  expect(rows.written).toEqual([
    [
      ["a", 7],
      ["b", 490],
    ],
  ]);
});

it("wants no pull within a minute of the one that is recorded or waits, and one after that", () => {
  const pulls = new PullTimes(9);
  const recorded = image("a", 1_000);
  expect(pulls.wants(recorded, 1_000 + minute - 1)).toBe(false);
  expect(pulls.wants(recorded, 0)).toBe(false); // A clock that was set back moves nothing.
  expect(pulls.wants(recorded, 1_000 + minute)).toBe(true);
  pulls.add(recorded, 1_000 + minute);
  expect(pulls.wants(recorded, 1_000 + 2 * minute - 1)).toBe(false);
  expect(pulls.wants(recorded, 1_000 + 2 * minute)).toBe(true);
});

it("keeps what could not be written for the next time, and what became due meanwhile", async () => {
  const [pulls, rows] = [new PullTimes(9), new Rows()];
  pull(pulls, image("a"), 1);
  rows.away = true;
  await expect(pulls.flush(rows.metadata)).rejects.toThrow("away");
  rows.away = false;
  rows.meanwhile = () => {
    pull(pulls, image("a"), minute); // Less than a minute later: as good as written.
    pull(pulls, image("b"), minute);
  };
  await pulls.flush(rows.metadata);
  expect(pulls.size).toBe(1);
  rows.meanwhile = () => pull(pulls, image("b"), 2 * minute);
  await pulls.flush(rows.metadata);
  rows.meanwhile = () => {};
  await pulls.flush(rows.metadata);
  expect(rows.written).toEqual([[["a", 1]], [["b", minute]], [["b", 2 * minute]]]);
});

it("has written all that waited when a flush resolves, also while another is under way", async () => {
  const [pulls, rows] = [new PullTimes(9), new Rows()];
  pull(pulls, image("a"), 1);
  const first = pulls.flush(rows.metadata);
  pull(pulls, image("b"), 1);
  await pulls.flush(rows.metadata);
  expect(rows.written.flat().map(([digest]) => digest)).toEqual(["a", "b"]);
  await first;
});

it("writes so many at once, in one order", async () => {
  const [pulls, rows] = [new PullTimes(10_000), new Rows()];
  const digests = Array.from({ length: limits.pullsAtOnce + 1 }, (_, n) => String(9_999 - n));
  for (const digest of digests) pull(pulls, image(digest), 1);
  await pulls.flush(rows.metadata);
  expect(rows.written.map(({ length }) => length)).toEqual([limits.pullsAtOnce, 1]);
  expect(rows.written.flat().map(([digest]) => digest)).toEqual(digests.toSorted());
});

it("lets only so many wait, of which the oldest go, and tells how many went", async () => {
  const [pulls, rows] = [new PullTimes(2), new Rows()];
  for (const digest of ["a", "b", "c"]) pull(pulls, image(digest), 1);
  expect([pulls.size, pulls.takeDropped(), pulls.takeDropped()]).toEqual([2, 1, 0]);
  await pulls.flush(rows.metadata);
  expect(rows.written.flat().map(([digest]) => digest)).toEqual(["b", "c"]);
});

it("wants nothing where nothing is written", () => {
  expect(new PullTimes(0).wants(image("a"), 1)).toBe(false);
});

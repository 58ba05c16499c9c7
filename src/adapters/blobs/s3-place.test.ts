import { expect, it } from "vitest";
import type { ObjectId } from "../../registry/names.ts";
import {
  composedOf,
  isArchivedName,
  Names,
  newArchivedAttempt,
  newAttempt,
  placeOf,
  segmentsOf,
  syncedSegments,
} from "./s3-place.ts";

const key = "0123456789abcdef0123456789abcdef" as ObjectId;

it("reads back the segments of a place, in order", () => {
  const segments = [7, 0, 51_999 * 1024 * 1024].map((lengthBytes) => ({
    attempt: newAttempt(),
    lengthBytes,
  }));
  expect(segmentsOf(placeOf(segments))).toEqual(segments);
  expect(segmentsOf("")).toEqual([]);
});

it("takes nothing for a place that it would not write", () => {
  const attempt = "0123456789abcdef";
  for (const text of [
    attempt,
    `${attempt}:`,
    `${attempt}:-1`,
    `${attempt}:07`,
    `${attempt}:1,`,
    `../../${attempt}:1`,
    `${attempt.toUpperCase()}:1`,
    `${attempt}:1 `,
    `${attempt}:99999999999999999`,
  ]) {
    expect(segmentsOf(text), text).toBeUndefined();
  }
});

it("counts on no place that has another length than was synced", () => {
  const place = placeOf([{ attempt: newAttempt(), lengthBytes: 5 }]);
  expect(syncedSegments({ place, lengthBytes: 5 })).toHaveLength(1);
  expect(syncedSegments({ place, lengthBytes: 4 })).toBeUndefined();
  expect(syncedSegments({ place: "", lengthBytes: 1 })).toBeUndefined();
});

it("names what segments are composed into by them and their order", () => {
  const [a, b] = [1, 2].map((lengthBytes) => ({ attempt: newAttempt(), lengthBytes }));
  expect(composedOf([a!, b!])).toEqual(composedOf([a!, b!]));
  expect(composedOf([a!, b!]).attempt).not.toBe(composedOf([b!, a!]).attempt);
  expect(composedOf([a!, b!]).lengthBytes).toBe(3);
});

it("knows its own names again, under any prefix, and no others", () => {
  for (const prefix of ["", "registry", "registry/", "a (b)+/c/"]) {
    const names = new Names(prefix);
    const attempt = newAttempt();
    expect(names.parse(names.name(key, { attempt }))).toEqual({ key, attempt });
    expect(names.name(key, { attempt })).toContain(`objects/01/${key}/`);
    const archived = newArchivedAttempt();
    const name = names.name(key, { attempt: archived });
    expect(names.parse(name)).toEqual({ key, attempt: archived });
    expect(isArchivedName(name)).toBe(true);
    expect(isArchivedName(names.name(key, { attempt }))).toBe(false);
    for (const name of [names.owner, names.probe(), `x${names.name(key, { attempt })}`]) {
      expect(names.parse(name)).toBeUndefined();
    }
  }
});

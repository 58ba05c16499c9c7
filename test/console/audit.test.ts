import { describe, expect, it } from "vitest";
import {
  type AuditCounts,
  type AuditRecord,
  addCounts,
  withLater,
} from "../../console/src/api/audit-records.ts";

const record = (eventID: string, second: number, more: Partial<AuditRecord> = {}) =>
  ({ eventID, eventTime: `2026-11-30T12:00:0${second}Z`, ...more }) as AuditRecord;

describe("records that are followed", () => {
  it("are each told once, the newest first, as they were written last", () => {
    const known = [record("c", 3), record("b", 2), record("a", 1)];
    const later = [record("d", 4), record("c", 3, { errorCode: "Late" }), record("x", 2)];
    const all = withLater(known, later);
    expect(all.map(({ eventID }) => eventID)).toEqual(["d", "c", "x", "b", "a"]);
    expect(all[1]?.errorCode).toBe("Late");
  });
});

describe("counts of parts", () => {
  const none = { who: [], resource: [], sourceAddress: [], userAgent: [], errorCode: [] };
  const newer: AuditCounts = {
    ...{
      since: 0,
      until: 99,
      periodSeconds: 10,
      recordCount: 3,
      countedBackTo: 25,
      nextToken: "t",
    },
    periods: [
      { timestamp: 30, recordCount: 1, errorCount: 0 },
      { timestamp: 20, recordCount: 2, errorCount: 1 },
    ],
    facets: { ...none, what: [{ value: "Push", recordCount: 3 }] },
  };
  const older = {
    ...{ since: 0, until: 99, periodSeconds: 10, recordCount: 5 },
    periods: [
      { timestamp: 20, recordCount: 1, errorCount: 1 },
      { timestamp: 10, recordCount: 4, errorCount: 0 },
    ],
    facets: {
      ...none,
      what: [
        { value: "Pull", recordCount: 4 },
        { value: "Push", recordCount: 1 },
      ],
    },
  };

  it("add up, by time and by facet, and go on where the last one ended", () => {
    const sum = addCounts(newer, older);
    expect(sum).toEqual({
      ...{ since: 0, until: 99, periodSeconds: 10, recordCount: 8 },
      periods: [
        { timestamp: 30, recordCount: 1, errorCount: 0 },
        { timestamp: 20, recordCount: 3, errorCount: 2 },
        { timestamp: 10, recordCount: 4, errorCount: 0 },
      ],
      facets: {
        ...none,
        what: [
          { value: "Push", recordCount: 4 },
          { value: "Pull", recordCount: 4 },
        ],
      },
    });
  });
});

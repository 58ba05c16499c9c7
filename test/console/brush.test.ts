import { describe, expect, it } from "vitest";
import { barAt, movedSpan, spanBetween } from "../../console/src/components/brush.ts";
import { barsOf, periodText, timesOf } from "../../console/src/pages/audit/audit-bars.ts";

describe("a span of bars", () => {
  it("is dragged either way, and never beyond the bars", () => {
    expect([-1, 0, 0.49, 0.99, 1, 7].map((share) => barAt(share, 10))).toEqual([0, 0, 4, 9, 9, 9]);
    expect(spanBetween(5, 2)).toEqual({ first: 2, last: 5 });
  });

  it("is moved at one end by a key, never past the other one", () => {
    const span = { first: 3, last: 5 };
    const moved = (end: "first" | "last", key: string) => movedSpan(span, end, key, 30);
    expect(moved("first", "ArrowRight")).toEqual({ first: 4, last: 5 });
    expect(moved("first", "PageUp")).toEqual({ first: 5, last: 5 });
    expect(moved("first", "Home")).toEqual({ first: 0, last: 5 });
    expect(moved("last", "ArrowLeft")).toEqual({ first: 3, last: 4 });
    expect(moved("last", "PageUp")).toEqual({ first: 3, last: 15 });
    expect(moved("last", "End")).toEqual({ first: 3, last: 29 });
    expect(moved("last", "Home")).toEqual({ first: 3, last: 3 });
    expect(moved("last", "Tab")).toBeUndefined();
  });
});

describe("bars of the audit trail", () => {
  const counts = {
    ...{ since: 65, until: 190, periodSeconds: 60 },
    periods: [
      { timestamp: 180, recordCount: 2, errorCount: 1 },
      { timestamp: 60, recordCount: 5, errorCount: 0 },
    ],
  };

  it("are there for periods without records as well, the oldest first", () => {
    expect(barsOf(counts)).toEqual([
      { at: 60, records: 5, errors: 0 },
      { at: 120, records: 0, errors: 0 },
      { at: 180, records: 2, errors: 1 },
    ]);
  });

  it("stand for whole periods, but for what is from before all that was counted", () => {
    const bars = barsOf(counts);
    expect(timesOf(counts, bars, { first: 0, last: 1 })).toEqual({ since: 65, until: 179 });
    expect(timesOf(counts, bars, { first: 2, last: 2 })).toEqual({ since: 180, until: 239 });
  });

  it("tell their time as far as it matters", () => {
    const at = Date.parse("2026-11-30T16:05:07Z") / 1000;
    expect([1, 60, 86_400].map((period) => periodText(at, period))).toEqual([
      ...["2026-11-30 16:05:07", "2026-11-30 16:05", "2026-11-30"],
    ]);
  });
});

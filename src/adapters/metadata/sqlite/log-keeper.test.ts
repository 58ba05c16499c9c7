import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LogBounds, LogKeeper } from "./log-keeper.ts";

const bounds: LogBounds = { perPass: 10, untilTurn: 80, duringPass: 80, untilTold: 999 };
const largestCommit = 15;

describe("the keeper of SQLite's log", () => {
  it("asks for a pass whenever enough has come since the last one, and for one at a time", () => {
    const keeper = new LogKeeper(bounds);
    keeper.grown([9, 0]);
    expect(keeper.wantsPass).toBe(false);
    keeper.grown([10, 0]);
    expect(keeper.wantsPass).toBe(true);
    keeper.passBegins();
    keeper.grown([30, 0]);
    expect(keeper.wantsPass).toBe(false);
    keeper.passEnds([10, 10]);
    expect(keeper.wantsPass).toBe(true);
    expect(keeper.waiting).toBe(20);
  });

  it("counts from the beginning where the log began anew", () => {
    const keeper = new LogKeeper(bounds);
    keeper.grown([70, 0]);
    keeper.passBegins();
    keeper.passEnds([70, 70]);
    keeper.grown([5, 0]);
    expect(keeper.wantsPass).toBe(false);
    keeper.grown([10, 0]);
    expect(keeper.wantsPass).toBe(true);
  });

  it("leaves the writer alone while a reader holds the log, and while the log is short", () => {
    const keeper = new LogKeeper(bounds);
    keeper.grown([79, 0]);
    keeper.passBegins();
    keeper.passEnds([79, 79]);
    expect(keeper.wantsTurn).toBe(false);
    keeper.grown([200, 79]);
    keeper.passBegins();
    keeper.passEnds([200, 90]);
    expect(keeper.isHeld).toBe(true);
    expect(keeper.wantsTurn).toBe(false);
    keeper.passBegins();
    keeper.grown([220, 90]);
    keeper.passEnds([200, 200]);
    expect(keeper.wantsTurn).toBe(true);
    expect(keeper.wantsPass).toBe(false);
  });

  it("has the writer do what the checkpointer failed to, not before every commit", () => {
    const keeper = new LogKeeper(bounds);
    keeper.grown([80, 0]);
    keeper.passBegins();
    keeper.passEnds(new Error("no thread"));
    expect(keeper.wantsTurn).toBe(true);
    keeper.turnEnds(new Error("no space"));
    keeper.grown([159, 0]);
    expect(keeper.wantsTurn).toBe(false);
    keeper.grown([160, 0]);
    expect(keeper.wantsTurn).toBe(true);
  });

  it("bounds the log behind a writer that never pauses, however slow a pass is", () => {
    const commit = fc.record({
      pages: fc.integer({ min: 1, max: largestCommit }),
      passEnds: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(commit, { minLength: 200, maxLength: 400 }), (commits) => {
        const log = { pages: 0, copied: 0, passUntil: 0 };
        const keeper = new LogKeeper(bounds);
        const endPass = () => {
          log.copied = log.passUntil;
          keeper.passEnds([log.passUntil, log.copied]);
        };
        let isPassing = false;
        for (const { pages, passEnds } of commits) {
          if (isPassing && (passEnds || keeper.mustWait)) {
            endPass();
            isPassing = false;
          }
          if (keeper.wantsTurn) {
            log.copied = log.pages;
            keeper.turnEnds([log.pages, log.copied]);
          }
          if (log.copied === log.pages) log.pages = log.copied = 0;
          log.pages += pages;
          keeper.grown([log.pages, log.copied]);
          expect(log.pages).toBeLessThan(bounds.untilTurn + bounds.duringPass + 2 * largestCommit);
          if (isPassing || !keeper.wantsPass) continue;
          log.passUntil = log.pages;
          keeper.passBegins();
          isPassing = true;
        }
      }),
    );
  });
});

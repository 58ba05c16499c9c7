import { describe, expect, it } from "vitest";
import { Undo } from "./undo.ts";

describe("what is taken back", () => {
  it("is everything, the last first, and the error stays what it was", async () => {
    const undo = new Undo();
    const taken: string[] = [];
    for (const what of ["a", "b"]) undo.made(what, async () => taken.push(what));
    const error = new Error("refused");
    expect(await undo.after(error)).toBe(error);
    expect(taken).toEqual(["b", "a"]);
  });

  it("is as much as can be, and the error names what is left", async () => {
    const undo = new Undo();
    const taken: string[] = [];
    undo.made("user x", async () => taken.push("user x"));
    undo.made("its key", () => Promise.reject(new Error("gone away")));
    expect(await undo.after(new Error("refused"))).toMatchObject({
      ...{ message: "refused; and what was made already is left: its key", exitCode: 1 },
    });
    expect(taken).toEqual(["user x"]);
  });
});

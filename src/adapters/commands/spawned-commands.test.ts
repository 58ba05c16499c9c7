import { describe, expect, it } from "vitest";
import { eventRuleLimits } from "../../registry/events/event-rule-limits.ts";
import { SpawnedCommands } from "./spawned-commands.ts";

const node = process.execPath;
const script = (text: string) => [node, "-e", text];
const commands = new SpawnedCommands(
  new Map([
    [
      "echo",
      script(
        "process.stdin.pipe(process.stdout).on('finish', () => 0); process.stdin.on('end', () => process.exit(3))",
      ),
    ],
    ["environment", script("process.exit(Object.keys(process.env).join() === 'PATH' ? 0 : 1)")],
    ["deaf", script("process.exit(0)")],
    ["loud", script("process.stdout.write('x'.repeat(1e6)); process.exitCode = 1")],
    ["slow", script("setInterval(() => {}, 1000)")],
    ["none", ["/no/such/program"]],
  ]),
  1_500,
);
const run = (name: string, input = "{}", signal = new AbortController().signal) =>
  commands.run(name, input, signal);

describe("commands of the operator", () => {
  it("are given the event, and nothing of this process's environment", async () => {
    expect(await run("echo", '{"a":1}')).toEqual({
      ...{ ok: false, reason: "The command ended with 3", said: '{"a":1}' },
    });
    expect(await run("environment")).toEqual({ ok: true });
    expect(await run("deaf", "x".repeat(1_000_000))).toEqual({ ok: true });
  });

  it("are bounded in time and in what is kept of them", async () => {
    const loud = await run("loud");
    expect(loud).toMatchObject({ ok: false, said: "x".repeat(4_096) });
    expect(await run("slow")).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/more than 1.5 seconds/),
    });
    expect(await run("none")).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/could not be started/),
    });
    expect(await run("other")).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/names no such command/),
    });
    const stop = new AbortController();
    const cut = run("slow", "{}", stop.signal);
    stop.abort(new Error("stopped"));
    await expect(cut).rejects.toThrow("stopped");
  });

  it("are not waited for where as many run as may", async () => {
    const stop = new AbortController();
    const running = Array.from({ length: eventRuleLimits.commandsAtOnce }, () =>
      expect(run("slow", "{}", stop.signal)).rejects.toThrow("stopped"),
    );
    expect(await run("deaf")).toBeUndefined();
    stop.abort(new Error("stopped"));
    await Promise.all(running);
    expect(await run("deaf")).toEqual({ ok: true });
  });
});

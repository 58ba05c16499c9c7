import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { findOnPath } from "./programs.ts";

export interface Daemon {
  /** Everything that it printed so far. */
  output(): string;
  /** SIGTERM, then SIGKILL if it does not listen; resolves once it is gone. */
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const pollMs = 100;

/**
 * Starts a program that stays, and resolves once `isReady` says so. It ends with this process,
 * however this process ends.
 * @throws Error with what it printed, when it ends or is not ready in time
 */
export async function startDaemon(
  path: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<Daemon> {
  // The kernel ends it should we be killed before we can stop it.
  const guard = ["--pdeathsig", "SIGTERM", "--", path, ...args];
  const child = spawn(findOnPath("setpriv"), guard, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const failed = once(child, "error").then(([error]) => String(error));
  const ended = once(child, "exit").then(([code, signal]) => `code ${code}, signal ${signal}`);
  let gone: string | undefined;
  void Promise.race([failed, ended]).then((how) => {
    gone = how;
  });
  const stop = async () => {
    if (gone !== undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  };
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isReady())) {
    if (gone !== undefined) throw new Error(`${path} ended (${gone}):\n${output}`);
    if (performance.now() > deadline) {
      await stop();
      throw new Error(`${path} was not ready in ${startTimeoutMs} ms:\n${output}`);
    }
    await delay(pollMs);
  }
  return { output: () => output, stop };
}

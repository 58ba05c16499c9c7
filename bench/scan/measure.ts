/** What a program took, as the kernel counts it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Taken {
  readonly seconds: number;
  /** Of the processors, by all threads. */
  readonly processorSeconds: number;
  readonly peakMiB: number;
  readonly out: string;
}

const timer = "/usr/bin/time";
const mostOutput = 512 * 1024 * 1024;

/**
 * Runs it to its end.
 * @throws Error where it fails, with its last words
 */
export function measured(
  directory: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Taken {
  const figures = join(directory, "time");
  const { status, stdout, stderr, error } = spawnSync(
    timer,
    ["-o", figures, "-f", "%e %U %S %M", ...words],
    { encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: mostOutput },
  );
  if (status !== 0) {
    const last = stderr?.trim().split("\n").at(-1);
    throw new Error(`${words[0]} failed: ${error?.message ?? last}`);
  }
  const [seconds, user, system, peakKiB] = readFileSync(figures, "utf8").trim().split(" ");
  return {
    seconds: Number(seconds),
    processorSeconds: Number(user) + Number(system),
    peakMiB: Number(peakKiB) / 1024,
    out: stdout,
  };
}

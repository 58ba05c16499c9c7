import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export interface CommandRun {
  readonly process: ChildProcess;
  readonly ended: Promise<{
    /** `null` after a signal. */
    readonly code: number | null;
    readonly out: string;
    readonly error: string;
  }>;
}

/** Starts the command line as a process of its own, with these settings and none of the machine's. */
export function startCommand(
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): CommandRun {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ENTREPOT_"));
  const child = spawn(process.execPath, [main, ...words], {
    cwd: tmpdir(),
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", error: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.error += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...texts }));
  return { process: child, ended };
}

export function runCommand(
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
) {
  return startCommand(words, settings).ended;
}

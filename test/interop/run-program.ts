import { spawn } from "node:child_process";

export interface RunOptions {
  /** Beside what this process has; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What the program reads on its standard input; nothing by default. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

const defaultTimeoutMs = 120_000;

/** Runs a program to its end, whatever its exit code. */
export function runProgram(
  path: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      output += text;
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${path} ${args.join(" ")} did not end in time:\n${output}`));
    }, options.timeoutMs ?? defaultTimeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, output });
    });
    child.stdin.on("error", () => {}); // A program may end without reading all; its code tells why.
    child.stdin.end(options.input ?? "");
  });
}

/**
 * Runs a program that must succeed.
 * @throws Error with everything that it printed, when it does not
 */
export async function succeed(
  path: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await runProgram(path, args, options);
  if (finished.code === 0) return finished;
  throw new Error(
    `${path} ${args.join(" ")} ended with code ${finished.code}:\n${finished.output}`,
  );
}

/**
 * Runs a program that must fail, for the sake of what it says.
 * @throws Error when it succeeds
 */
export async function fail(
  path: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await runProgram(path, args, options);
  if (finished.code !== 0) return finished;
  throw new Error(`${path} ${args.join(" ")} succeeded, and should not:\n${finished.output}`);
}

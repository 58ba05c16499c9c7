import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./link-program.ts", import.meta.url));

/** What a network between two programs is like. */
export interface LinkKind {
  readonly megabitsPerSecond: number;
  readonly roundTripMs: number;
}

/** A way to a server that is slower than this machine. */
export interface Link {
  readonly port: number;
  stop(): Promise<void>;
}

/** Puts a network before the server on that port of this machine. */
export async function startLink(
  port: number,
  { megabitsPerSecond, roundTripMs }: LinkKind,
): Promise<Link> {
  const words = [program, port, megabitsPerSecond, roundTripMs].map(String);
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [said] = await Promise.race([once(child.stdout, "data"), exited]);
  const own = Number(String(said));
  if (!Number.isInteger(own) || own < 1) throw new Error(`the link did not start: ${said}`);
  return {
    port: own,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

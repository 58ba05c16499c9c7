import { spawn } from "node:child_process";
import type { CommandEnd, EventCommands } from "../../ports/event-commands.ts";
import { eventRuleLimits } from "../../registry/events/event-rule-limits.ts";

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Programs as processes of their own, without a shell, and without anything of this one's environment. */
export class SpawnedCommands implements EventCommands {
  readonly names: ReadonlySet<string>;
  readonly #commands: ReadonlyMap<string, readonly string[]>;
  readonly #timeoutMs: number;
  #running = 0;

  constructor(
    commands: ReadonlyMap<string, readonly string[]>,
    timeoutMs: number = eventRuleLimits.commandTimeoutMs,
  ) {
    this.#commands = commands;
    this.names = new Set(commands.keys());
    this.#timeoutMs = timeoutMs;
  }

  async run(name: string, input: string, signal: AbortSignal): Promise<CommandEnd | undefined> {
    const [program, ...parameters] = this.#commands.get(name) ?? [];
    if (program === undefined)
      return { ok: false, reason: "The operator names no such command", said: "" };
    // Who waited here would hold a target for longer than it is lent.
    if (this.#running >= eventRuleLimits.commandsAtOnce) return undefined;
    this.#running += 1;
    try {
      return await this.#spawn(program, parameters, input, signal);
    } finally {
      this.#running -= 1;
    }
  }

  #spawn(
    program: string,
    parameters: readonly string[],
    input: string,
    signal: AbortSignal,
  ): Promise<CommandEnd> {
    const timeoutMs = this.#timeoutMs;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const child = spawn(program, parameters, {
        env: { PATH: path },
        cwd: "/",
        stdio: ["pipe", "pipe", "pipe"],
        // A group of its own, so that what it starts ends with it.
        detached: true,
      });
      let said = Buffer.alloc(0);
      let late = false;
      const end = () => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        } catch {
          // It has ended already.
        }
        // Whoever left the group may hold these open.
        child.stdout.destroy();
        child.stderr.destroy();
      };
      const timer = setTimeout(() => {
        late = true;
        end();
      }, timeoutMs);
      signal.addEventListener("abort", end, { once: true });
      const listen = (chunk: Buffer) => {
        const all = Buffer.concat([said, chunk]);
        said = all.subarray(Math.max(0, all.length - eventRuleLimits.commandOutputBytes));
      };
      child.stdout.on("data", listen);
      child.stderr.on("data", listen);
      // It need not read what it is given.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
      const over = (what: string | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        if (signal.aborted) return reject(signal.reason);
        if (what === undefined) return resolve({ ok: true });
        resolve({ ok: false, reason: what, said: said.toString("utf8").trim() });
      };
      child.on("error", () => over("The command could not be started"));
      child.on("close", (code, killedBy) => {
        if (late) return over(`The command took more than ${timeoutMs / 1_000} seconds`);
        if (killedBy !== null) return over(`The command was ended by ${killedBy}`);
        over(code === 0 ? undefined : `The command ended with ${code}`);
      });
    });
  }
}

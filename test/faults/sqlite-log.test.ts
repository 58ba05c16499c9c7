import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const child = fileURLToPath(new URL("sqlite-log-child.ts", import.meta.url));
/** No file may be larger: what a full disk is to the database, while the log still has room. */
const largestFileKiB = 1_024;

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-log-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** What the child says, until it ends. @param heard kills it when it says so */
async function writes(
  directory: string,
  {
    killed = () => false,
    limited = false,
  }: { killed?: (line: string) => boolean; limited?: boolean },
): Promise<string[]> {
  const limit = limited ? `ulimit -f ${largestFileKiB * 2};` : "";
  const program = spawn(
    "/bin/sh",
    ["-c", `${limit} exec "$0" "$@"`, process.execPath, child, directory],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const lines: string[] = [];
  for await (const line of createInterface(program.stdout)) {
    lines.push(line);
    if (killed(line)) program.kill("SIGKILL");
  }
  return lines;
}

function kept(lines: readonly string[]): number[] {
  return lines.flatMap((line) => /^kept (\d+)$/.exec(line)?.[1] ?? []).map(Number);
}

/** Which rows are there, in a database that is whole. */
function rows(directory: string): number[] {
  const database = new DatabaseSync(join(directory, "metadata.db"));
  try {
    expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const found = database.prepare("select row from item order by row").all() as { row: number }[];
    return found.map(({ row }) => row);
  } finally {
    database.close();
  }
}

describe("SQLite's log", () => {
  it("loses nothing that was acknowledged to a kill -9 while it is copied into the database", async () => {
    for (const last of [3, 40, 77, 150, 400]) {
      const directory = await temporaryDirectory();
      const lines = await writes(directory, { killed: (line) => line === `kept ${last}` });
      const acknowledged = kept(lines);
      expect(acknowledged.length).toBeGreaterThan(last);
      // One more may have been committed and not been heard of.
      const found = rows(directory);
      expect(found.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
    }
  });

  it("goes on taking writes when they can not be copied into the database, says so, and loses none", async () => {
    const directory = await temporaryDirectory();
    const lines = await writes(directory, { limited: true });
    const warned = lines.findIndex((line) => /^warned .* can not be copied/.test(line));
    expect(warned).toBeGreaterThan(0);
    expect(kept(lines.slice(warned)).length).toBeGreaterThan(10);
    // In the end the log has no more room, either.
    expect(lines.find((line) => line.startsWith("refused"))).toContain("not available");
    expect(lines.some((line) => line.startsWith("failed"))).toBe(false);
    expect(rows(directory)).toEqual(kept(lines));
  });
});

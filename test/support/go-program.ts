/** Programs that only tests need and that come as Go modules: built once, kept in `.cache`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface GoProgram {
  /** What the file in `.cache` begins with. */
  readonly name: string;
  /** A Go module, as its proxy knows it. */
  readonly module: string;
  /** With its leading `v`. */
  readonly version: string;
  /** The folder of the program inside the module; its root by default. */
  readonly folder?: string;
}

const timeoutMs = 10 * 60_000;
const cache = fileURLToPath(new URL("../../.cache", import.meta.url));

/** Where the program is, or will be. */
export function goProgramPath({ name, version }: GoProgram): string {
  return join(cache, `${name}-${version}`);
}

/**
 * Builds a program with Go, unless that was done before.
 * @returns its path
 * @throws Error that says in one sentence why it cannot be built
 */
export function buildGoProgram(program: GoProgram, go = "go"): string {
  const path = goProgramPath(program);
  if (existsSync(path)) return path;
  const source = download(program, go);
  return buildGoSource(join(source, program.folder ?? ""), { name: program.name, path, go });
}

/**
 * Builds the program whose source is in a folder.
 * @returns its path
 * @throws Error that says in one sentence why it cannot be built
 */
export function buildGoSource(
  source: string,
  { name, path, go = "go" }: { name: string; path: string; go?: string },
): string {
  mkdirSync(cache, { recursive: true });
  const unfinished = `${path}-${process.pid}`;
  const { status, stderr, error } = spawnSync(
    go,
    ["build", "-buildvcs=false", "-o", unfinished, "."],
    {
      cwd: source,
      env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" },
      encoding: "utf8",
      timeout: timeoutMs,
    },
  );
  if (status !== 0) {
    const last = stderr?.trim().split("\n").at(-1);
    throw new Error(`${name} cannot be built with Go: ${reasonOf(error?.message ?? last ?? "")}`);
  }
  renameSync(unfinished, path); // Whole or not at all, whoever else builds it.
  return path;
}

/** The module's folder in Go's own cache. */
function download({ name, module, version }: GoProgram, go: string): string {
  const { stdout, error } = spawnSync(go, ["mod", "download", "-json", `${module}@${version}`], {
    cwd: "/", // Of no module.
    encoding: "utf8",
    timeout: timeoutMs,
  });
  let answer: { Dir?: string; Error?: string };
  try {
    answer = JSON.parse(stdout);
  } catch {
    answer = { Error: error?.message ?? "go printed nothing that can be read" };
  }
  if (answer.Dir !== undefined) return answer.Dir;
  const words = answer.Error ?? "";
  const after = words.slice(words.lastIndexOf(version) + version.length);
  throw new Error(`${name} cannot be downloaded: ${reasonOf(after) || reasonOf(words)}`);
}

/** What Go said, without the address of whichever proxy this machine uses. */
function reasonOf(words: string): string {
  return words
    .replace(/\s+/g, " ")
    .replace(/https?:\/\/\S+/g, "the module proxy")
    .replace(/^[:\s]+|[.\s]+$/g, "");
}

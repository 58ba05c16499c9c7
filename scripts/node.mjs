// Finds the Node.js that runs Entrepot, and runs it. Plain JavaScript for Node 20 and later.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectDirectory = dirname(dirname(fileURLToPath(import.meta.url)));

const wantedNode = "24.11.0";
const wantedSqlite = "3.51.3"; // Older ones can corrupt a database when its write-ahead log resets.

/** The path of a Node.js that is new enough: the pinned one, else the one that runs this script. */
export function findNode() {
  const pinned = pinnedNode();
  if (pinned !== undefined) return pinned;
  const { node, sqlite } = process.versions;
  if (atLeast(node, wantedNode) && sqlite !== undefined && atLeast(sqlite, wantedSqlite)) {
    return process.execPath;
  }
  throw new Error(
    `Entrepot needs Node.js ${wantedNode} or later with SQLite ${wantedSqlite} or later, and this is ` +
      `Node.js ${node} with SQLite ${sqlite ?? "none"}. On Linux (x64, arm64) "npm ci" brings the right ` +
      "one; elsewhere install a current Node.js.",
  );
}

function pinnedNode() {
  if (platform() !== "linux") return undefined;
  const require = createRequire(import.meta.url);
  try {
    return join(dirname(require.resolve(`node-linux-${arch()}/package.json`)), "bin", "node");
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined; // Optional: not there for this machine.
    throw error;
  }
}

function atLeast(version, wanted) {
  const have = version.split(".").map(Number);
  const need = wanted.split(".").map(Number);
  for (const [index, part] of need.entries()) {
    if ((have[index] ?? 0) !== part) return (have[index] ?? 0) > part;
  }
  return true;
}

/** Where Node.js keeps what it compiled, so that the next start takes half the time. */
const compiled = join(projectDirectory, ".cache", "compiled");

/** Runs a program with our own terminal, hands signals on, and resolves with its exit code. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const env = { NODE_COMPILE_CACHE: compiled, ...process.env, ...options.env };
    const child = spawn(program, args, { stdio: "inherit", ...options, env });
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (signal === null) return resolve(code ?? 1);
      process.kill(process.pid, signal); // Ends as the child did, so that a caller sees the signal.
    });
  });
}

/** Runs `main` and exits with the code that it resolves with; a failure is one sentence. */
export async function exitWith(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(`entrepot: ${error.message}`);
    process.exitCode = 1;
  }
}

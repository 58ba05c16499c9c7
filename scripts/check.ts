/** `npm run check`: format, lint, types, and the import rules. Fails on the first run that finds fault. */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findBreaches } from "./import-rules.ts";
import { scanSource } from "./source-scan.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a tool of ours on this very Node and says whether it was content. */
async function tool(name: string, script: string, ...args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: "pipe" });
  const output: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => output.push(piece));
  child.stderr.on("data", (piece: Buffer) => output.push(piece));
  const code = await new Promise<number | null>((settle, fail) => {
    child.once("error", fail);
    child.once("close", settle);
  });
  report(name, code === 0, Buffer.concat(output).toString());
  return code === 0;
}

function importRules(): boolean {
  const paths = globSync(["{src,test,bench,scripts}/**/*.ts", "console/src/**/*.{ts,tsx}"], {
    cwd: root,
  });
  const files = paths.map((path) => scanSource(path, readFileSync(`${root}${path}`, "utf8")));
  const breaches = findBreaches(files);
  const lines = breaches.map(({ path, line, sentence }) => `${path}:${line} ${sentence}\n`);
  report("import rules", breaches.length === 0, lines.join(""));
  return breaches.length === 0;
}

function report(name: string, passed: boolean, output: string): void {
  if (!passed) process.stdout.write(output);
  process.stdout.write(`${passed ? "ok  " : "FAIL"} ${name}\n`);
}

const results = await Promise.all([
  importRules(),
  tool("format and lint", "node_modules/@biomejs/biome/bin/biome", "check", "--colors=off"),
  tool("types", "node_modules/typescript/bin/tsc", "-p", "."),
  tool("types of the console", "node_modules/typescript/bin/tsc", "-p", "console"),
]);
process.exitCode = results.every(Boolean) ? 0 : 1;

/** `npm start` in a copy of the repository's scripts, with an npm and a vite that only say that they were called. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const packages = {
  "": {},
  "node_modules/serving": { version: "1.0.0" },
  "node_modules/vite": { version: "1.0.0", dev: true },
};
const npm = `
  const { appendFileSync, mkdirSync, writeFileSync, readFileSync } = require("node:fs");
  const words = process.argv.slice(2).join(" ");
  appendFileSync("calls.txt", "npm " + words + "\\n");
  if (process.env.BROKEN_DEVELOPMENT && !words.includes("--omit=dev")) process.exit(1);
  mkdirSync("node_modules/vite/bin", { recursive: true });
  writeFileSync("node_modules/.package-lock.json", readFileSync("package-lock.json"));
  writeFileSync("node_modules/vite/bin/vite.js", ${JSON.stringify(`
    const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
    appendFileSync("../calls.txt", "vite\\n");
    mkdirSync("dist/gallery", { recursive: true });
    for (const page of ["index.html", "gallery/index.html"]) writeFileSync("dist/" + page, "");
  `)});
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "entrepot-start-"));
  cpSync("scripts", join(directory, "scripts"), { recursive: true });
  for (const each of ["console", "src"]) mkdirSync(join(directory, each));
  writeFileSync(join(directory, "package-lock.json"), JSON.stringify({ packages }));
  writeFileSync(join(directory, "npm.js"), npm);
  const main = 'require("node:fs").appendFileSync("calls.txt", "serve\\n");';
  writeFileSync(join(directory, "src", "main.ts"), main);
});
afterEach(() => rmSync(directory, { recursive: true }));

function start(more: Readonly<Record<string, string>> = {}): string[] {
  const calls = join(directory, "calls.txt");
  writeFileSync(calls, "");
  const env = { ...process.env, npm_execpath: join(directory, "npm.js"), ...more };
  const script = join(directory, "scripts", "npm-start.mjs");
  execFileSync(process.execPath, [script], { cwd: directory, env, stdio: "pipe" });
  return readFileSync(calls, "utf8").trimEnd().split("\n");
}

it("installs packages once on a clean clone, and nothing at the next start", () => {
  expect(start()).toEqual(["npm ci", "vite", "vite", "serve"]);
  expect(start()).toEqual(["serve"]);
});

it("serves without its console where that can not be built, with the packages that serve alone", () => {
  const calls = start({ BROKEN_DEVELOPMENT: "1" });
  expect(calls).toEqual(["npm ci", "npm ci --omit=dev", "serve"]);
});

it("installs what serves alone where the console came built", () => {
  rmSync(join(directory, "console"), { recursive: true });
  expect(start()).toEqual(["npm ci --omit=dev", "serve"]);
});

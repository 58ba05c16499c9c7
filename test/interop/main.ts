/**
 * Runs the tests in this folder against what the machine has.
 * Flags: --install, --only-present; everything else goes to Vitest.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoProgram, goProgramPath } from "../support/go-program.ts";
import { buildConformanceSuite } from "./conformance-suite.ts";
import {
  companions,
  findProgram,
  missing,
  needs,
  type Program,
  type ProgramName,
  programs,
} from "./programs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = fileURLToPath(new URL(".", import.meta.url));

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const flag = (name: string) => args.includes(name);
  const own = /^--(install|only-present)$/;
  if (flag("--install")) {
    installPackages();
    buildModules();
  }
  printPrograms();
  const incapable = whatIsMissing();
  const skipped = flag("--only-present") ? [...incapable.keys()] : [];
  const outcome = flag("--only-present") ? "SKIPPED" : "CANNOT RUN";
  printReasons(outcome, incapable);
  const { status } = spawnSync(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--config=test/interop/vitest.config.ts",
      ...skipped.map((file) => `--exclude=test/interop/${file}.test.ts`),
      ...args.filter((arg) => !own.test(arg)),
    ],
    { cwd: root, stdio: "inherit" },
  );
  printReasons(outcome, incapable); // Again at the end, where nobody overlooks it.
  return status ?? 1;
}

/** Test files that cannot run here, each with the reason. */
function whatIsMissing(): Map<string, string> {
  const reasons = new Map<string, string>();
  for (const file of testFiles()) {
    const absent = (needs[file] ?? []).filter((name) => findProgram(name) === undefined);
    if (absent.length > 0) reasons.set(file, absent.map(missing).join("; "));
  }
  try {
    buildConformanceSuite();
  } catch (error) {
    reasons.set("oci-conformance", error instanceof Error ? error.message : String(error));
  }
  return reasons;
}

function testFiles(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => basename(name, ".test.ts"));
}

function installPackages(): void {
  const names = Object.keys(programs) as ProgramName[];
  const wanted = new Set<string>(companions);
  for (const name of names) {
    const { debian }: Program = programs[name];
    if (debian !== undefined) wanted.add(debian);
  }
  const lacking = [...wanted].filter((name) => !isInstalled(name));
  if (lacking.length === 0) return;
  console.log(`Installing ${lacking.join(", ")}`);
  apt("update", "--quiet");
  apt("install", "--yes", "--quiet", "--no-install-recommends", ...lacking);
}

/** What Debian does not have. One that cannot be built is among what is missing, and why stands above. */
function buildModules(): void {
  const modules = Object.values(programs).flatMap(({ module }: Program) => module ?? []);
  for (const module of modules) {
    if (existsSync(goProgramPath(module))) continue;
    console.log(`Building ${module.name} ${module.version} with Go`);
    try {
      buildGoProgram(module, findProgram("go")?.path);
    } catch (error) {
      console.log(error instanceof Error ? error.message : String(error));
    }
  }
}

function isInstalled(debianPackage: string): boolean {
  const { stdout } = spawnSync("dpkg", ["--status", debianPackage], { encoding: "utf8" });
  return /^Status: install ok installed$/m.test(stdout ?? "");
}

function apt(...args: string[]): void {
  const command = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "apt-get"];
  const { status, error } = spawnSync(command[0]!, [...command.slice(1), ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (error !== undefined) {
    throw new Error(`--install is for Debian and its kin: ${error.message}`);
  }
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed with code ${status}`);
}

function printPrograms(): void {
  for (const name of Object.keys(programs) as ProgramName[]) {
    const program = findProgram(name);
    console.log(
      program === undefined
        ? `  MISSING     ${missing(name)}`
        : `  ${name.padEnd(11)} ${program.version} (${program.path})`,
    );
  }
}

function printReasons(outcome: string, reasons: ReadonlyMap<string, string>): void {
  for (const [file, reason] of reasons) {
    console.log(`  ${outcome.padEnd(11)} ${file}: ${reason}`);
  }
}

// node count.mjs DIRECTORY STEP=CODE...: adds up what Vitest reported of each step (DIRECTORY/STEP.json),
// tells again what failed (DIRECTORY/STEP.log is what the step printed), and ends with "N passed, N failed";
// exits with 1 unless all is well.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Lines of a step's output that are told again where no test of it failed. */
const toldLines = 60;

const [directory, ...steps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const step of steps) {
  const [name, code] = step.split("=");
  const file = join(directory, `${name}.json`);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  let failures = report?.numFailedTests ?? 0;
  // A file that could not be loaded, or whose set-up failed, may hold no failed test of its own.
  for (const { name: path, status, message, assertionResults } of report?.testResults ?? []) {
    for (const { fullName, status, failureMessages } of assertionResults) {
      if (status === "failed") console.log(`${name}: ${path}: ${fullName}\n  ${failureMessages[0] ?? ""}`);
    }
    const shown = assertionResults.some((result) => result.status === "failed");
    if (status !== "failed" || shown) continue;
    failures += 1;
    console.log(`${name}: ${path} could not be run\n  ${message}`);
  }
  const ranNothing = (report?.numPassedTests ?? 0) === 0;
  if (failures === 0 && (code !== "0" || ranNothing)) {
    console.log(`the step "${name}" failed outside its tests, with code ${code}:\n${told(name)}`);
    failures = 1;
  }
  passed += report?.numPassedTests ?? 0;
  failed += failures;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** What Vitest said of errors outside tests, or the last that the step printed. */
function told(name) {
  const file = join(directory, `${name}.log`);
  if (!existsSync(file)) return "";
  const lines = stripVTControlCharacters(readFileSync(file, "utf8")).split("\n");
  const start = lines.findLastIndex((line) => line.includes("Unhandled Errors"));
  return (start === -1 ? lines.slice(-toldLines) : lines.slice(start, start + toldLines)).join("\n");
}

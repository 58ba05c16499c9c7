// node count.mjs DIRECTORY STEP=CODE...: adds up what Vitest reported of each step (DIRECTORY/STEP.json)
// and prints "N passed, N failed"; exits with 1 unless all is well.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [directory, ...steps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const step of steps) {
  const [name, code] = step.split("=");
  const file = join(directory, `${name}.json`);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  let failures = report?.numFailedTests ?? 0;
  // A file that could not be loaded, or whose set-up failed, may hold no failed test of its own.
  for (const { status, assertionResults } of report?.testResults ?? []) {
    const shown = assertionResults.some((result) => result.status === "failed");
    if (status === "failed" && !shown) failures += 1;
  }
  const ranNothing = (report?.numPassedTests ?? 0) === 0;
  if (failures === 0 && (code !== "0" || ranNothing)) {
    console.log(`the step "${name}" failed outside its tests, with code ${code}`);
    failures = 1;
  }
  passed += report?.numPassedTests ?? 0;
  failed += failures;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

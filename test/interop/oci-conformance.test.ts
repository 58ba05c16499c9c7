import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildConformanceSuite } from "./conformance-suite.ts";
import { type InteropRegistry, openRegistry, type Transport, transports } from "./registry.ts";
import { runProgram } from "./run-program.ts";

let program: string;
let registry: InteropRegistry;

beforeAll(async () => {
  program = await buildConformanceSuite();
  registry = await openRegistry();
}, 12 * 60_000);

afterAll(async () => {
  await registry?.close();
});

/** Every workflow, and both orders of deletion. */
async function settings(transport: Transport, manifestsFirst: boolean) {
  return {
    OCI_ROOT_URL: registry.url(transport),
    OCI_NAMESPACE: await registry.createRepository("conformance"),
    OCI_CROSSMOUNT_NAMESPACE: await registry.createRepository("conformance-mount"),
    OCI_USERNAME: "AWS",
    OCI_PASSWORD: await registry.password(),
    OCI_TEST_PULL: "1",
    OCI_TEST_PUSH: "1",
    OCI_TEST_CONTENT_DISCOVERY: "1",
    OCI_TEST_CONTENT_MANAGEMENT: "1",
    OCI_AUTOMATIC_CROSSMOUNT: "1", // Layers mount by digest alone.
    OCI_HIDE_SKIPPED_WORKFLOWS: "0",
    OCI_DELETE_MANIFEST_BEFORE_BLOBS: manifestsFirst ? "1" : "0",
    OCI_DEBUG: "0",
    SSL_CERT_FILE: registry.caFile,
  };
}

interface Report {
  passed: string[];
  failed: string[];
  /** Each with the suite's own reason. */
  skipped: string[];
}

/** Reads the JUnit file that the suite writes: one element for each specification. */
function readReport(directory: string): Report {
  const text = readFileSync(join(directory, "junit.xml"), "utf8");
  const report: Report = { passed: [], failed: [], skipped: [] };
  for (const [, attributes = "", body = ""] of text.matchAll(
    /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs,
  )) {
    const name = /\bname="([^"]*)"/.exec(attributes)?.[1] ?? "?";
    if (/^\[(?!It\])/.test(name)) continue; // Set-up and tear-down are no specifications.
    const skip = /<skipped\b(?:[^>"]|"[^"]*")*>/.exec(body)?.[0];
    if (skip !== undefined) {
      report.skipped.push(`${name}: ${/message="([^"]*)"/.exec(skip)?.[1] ?? "no reason given"}`);
    } else if (/<(failure|error)\b/.test(body)) report.failed.push(name);
    else report.passed.push(name);
  }
  return report;
}

describe.each(transports)("the OCI conformance suite over %s", (transport) => {
  it.each([
    ["blobs before manifests", false],
    ["manifests before blobs", true],
  ])("passes whole, deleting %s", async (title, manifestsFirst) => {
    const directory = join(registry.scratch, `${transport} ${title}`);
    mkdirSync(directory);
    const finished = await runProgram(program, [], {
      cwd: directory,
      env: { ...(await settings(transport, manifestsFirst)), OCI_REPORT_DIR: directory },
    });
    const { passed, failed, skipped } = readReport(directory);
    console.log(
      `OCI conformance over ${transport}, ${title}: ${passed.length} passed, ` +
        `${failed.length} failed, ${skipped.length} skipped`,
    );
    for (const reason of skipped) console.log(`  skipped: ${reason}`);
    expect(failed, finished.output).toEqual([]);
    expect(finished.code, finished.output).toBe(0);
    expect(passed.length).toBeGreaterThan(50); // A suite that ran nothing has not passed.
  });
});

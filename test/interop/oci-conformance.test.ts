import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConformanceReport, readReport } from "./conformance-report.ts";
import { buildConformanceSuite } from "./conformance-suite.ts";
import { type InteropRegistry, openRegistry, type Transport, transports } from "./registry.ts";
import { type Finished, runProgram } from "./run-program.ts";

/** What the pinned suite asserts; one that ran nothing, or half, has not passed. */
const assertions = 986;

let program: string;
let registry: InteropRegistry;

beforeAll(async () => {
  program = buildConformanceSuite();
  registry = await openRegistry();
}, 12 * 60_000);

afterAll(async () => {
  await registry?.close();
});

/**
 * Everything that is optional is asked for, but one thing that no version of the suite asks for by
 * itself: manifests of which parts were never pushed, which a registry may refuse and this one does (I2).
 */
async function settings(transport: Transport, version: string) {
  return {
    OCI_REGISTRY: registry.address(transport),
    OCI_TLS: transport === "TLS" ? "enabled" : "disabled",
    SSL_CERT_FILE: registry.caFile,
    OCI_REPO1: await registry.createRepository("conformance"),
    OCI_REPO2: await registry.createRepository("conformance-mount"),
    OCI_USERNAME: "AWS",
    OCI_PASSWORD: await registry.password(),
    OCI_VERSION: version,
    OCI_API_BLOBS_DIGEST_HEADER: "true",
    OCI_API_BLOBS_UPLOAD_CANCEL: "true",
    OCI_API_MANIFESTS_DIGEST_HEADER: "true",
    OCI_API_MANIFESTS_TAG_PARAM: "true",
  };
}

async function run(
  transport: Transport,
  version: string,
): Promise<{ finished: Finished; report: ConformanceReport }> {
  const directory = join(registry.scratch, `${transport} ${version}`);
  mkdirSync(directory);
  const finished = await runProgram(program, [], {
    cwd: directory,
    env: { ...(await settings(transport, version)), OCI_RESULTS_DIR: directory },
  });
  return { finished, report: readReport(directory) };
}

describe.each(transports)("the OCI conformance suite over %s", (transport) => {
  it.each(["1.1", "dev"])("passes whole, as of version %s", async (version) => {
    const { finished, report } = await run(transport, version);
    const { passed, failed, skipped, failures, skips, outcomes } = report;
    console.log(
      `OCI conformance ${version} over ${transport}: ${passed} passed, ${failed} failed, ` +
        `${skipped} skipped`,
    );
    for (const test of skips) console.log(`  skipped: ${test}`);
    for (const [name, outcome] of outcomes) {
      if (outcome !== "Pass") console.log(`  ${outcome}: ${name}`);
    }
    expect(failures, finished.output).toEqual([]);
    expect({ failed, skipped, code: finished.code }).toEqual({ failed: 0, skipped: 0, code: 0 });
    expect(passed).toBeGreaterThanOrEqual(assertions);
    const others = [...outcomes].filter(([, outcome]) => outcome !== "Pass");
    expect(others).toEqual([['data "Sparse Manifests"', "Disabled"]]);
  });
});

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const root = new URL("../..", import.meta.url).pathname;
const minuteMs = 60_000;

/** What kills processes, or fills or breaks a store of its own: a process for each file. */
const faults = [
  "test/contracts/{blob-store,blob-store-classes,exclusive,key-service}.test.ts",
  "test/faults/{backup,crash,equal-layer,in-the-clear,read-back,registry,s3,s3-moves,s3-writers,soak}.test.ts",
  "test/faults/server-{damage,load}.test.ts",
];

/**
 * Real PostgreSQL and S3 servers: several replicas as processes, and the suites that every pair of
 * stores must pass. The replicas one file after another, since each starts servers of its own.
 * Real clients (the AWS CLI, report-in-use and all else in test/interop) are not here: they run on these
 * stores by `ENTREPOT_TEST_STORES=fleet npm run test:interop`, as a step of its own in .ci/run.
 */
export default defineConfig({
  test: {
    projects: [
      project("replicas", { include: ["test/fleet/**/*.test.ts"], fileParallelism: false }),
      // The contracts of the metadata run on PostgreSQL with all the others.
      project("faults", { include: faults }),
      project("stores", {
        isolate: false,
        include: [
          "test/conformance/**/*.test.ts",
          "src/operations/{ecr,entrepot,sts}/**/*.test.ts",
          "src/registry/**/*.test.ts",
        ],
        exclude: [
          // Over the whole table, each with all rows before and after: what they refuse reaches no store.
          "test/conformance/{account-operations,unsigned}.test.ts",
          // No store is asked there.
          "src/registry/{lifecycle,policy,scanning}/**",
        ],
      }),
    ],
  },
});

interface Project {
  readonly include: string[];
  readonly exclude?: string[];
  /** A process for each file; by default. */
  readonly isolate?: boolean;
  readonly fileParallelism?: boolean;
}

function project(name: string, given: Project) {
  return {
    test: {
      name,
      root,
      ...given,
      pool: "forks" as const,
      maxWorkers: Math.max(2, availableParallelism() - 1),
      testTimeout: 2 * minuteMs,
      hookTimeout: 2 * minuteMs,
      teardownTimeout: minuteMs,
      env: { ENTREPOT_TEST_STORES: "fleet" },
      globalSetup: "test/support/server-broker.ts",
      experimental: { viteModuleRunner: false, nodeLoader: false },
    },
  };
}

import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

/** Real programs: one file after another, since each starts daemons and moves large layers. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/interop/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 3 * minuteMs,
    hookTimeout: 3 * minuteMs,
    teardownTimeout: minuteMs,
    globalSetup: "test/support/server-broker.ts",
  },
});

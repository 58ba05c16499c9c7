import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

/** Several processes, a database and an object store each: one file after another. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/fleet/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 2 * minuteMs,
    hookTimeout: 2 * minuteMs,
    teardownTimeout: minuteMs,
  },
});

import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

/** A real browser: one file after another, as each opens one. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/journeys/**/*.test.ts"],
    pool: "forks",
    isolate: false,
    experimental: { viteModuleRunner: false, nodeLoader: false },
    fileParallelism: false,
    testTimeout: 2 * minuteMs,
    hookTimeout: 2 * minuteMs,
    // A page is as fast as the machine has time for it.
    expect: { poll: { timeout: 15_000 } },
    globalSetup: "test/support/server-broker.ts",
  },
});

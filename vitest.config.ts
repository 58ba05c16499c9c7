import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/** All that needs npm alone. Real clients and real S3 servers have configurations of their own. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/interop/**", "test/fleet/**", "test/journeys/**"],
    // Most files wait for processes and disks more than they compute: one worker leaves processors idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A machine that does something else as well is slow, not wrong.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: "test/support/server-broker.ts",
    // Node.js loads TypeScript by itself, from its compile cache: a second of processor time less a file.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});

import { configDefaults, defineConfig } from "vitest/config";

/** All that needs npm alone. Real clients and real S3 servers have configurations of their own. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/interop/**", "test/fleet/**"],
    // A machine that does something else as well is slow, not wrong.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

import { configDefaults, defineConfig } from "vitest/config";

/** All that needs npm alone. Real clients have test/interop/vitest.config.ts. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/interop/**"],
  },
});

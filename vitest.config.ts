import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/** What changes its process or the servers that it starts, or counts what these did: a process for each file. */
const apart = [
  "test/faults/**/*.test.ts",
  "test/contracts/!(metadata-store*).test.ts",
  "src/adapters/**/*.test.ts",
];

/** All that needs npm alone. Real clients and real S3 servers have configurations of their own. */
export default defineConfig({
  test: {
    projects: [
      project("apart", { include: apart, isolate: true }),
      // To load the program anew for each file takes longer than most of them do.
      project("together", {
        include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
        exclude: [...apart, "test/interop/**", "test/fleet/**", "test/journeys/**"],
        isolate: false,
      }),
    ],
    // Most files wait for processes and disks more than they compute: one worker leaves processors idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});

function project(
  name: string,
  { include, exclude = [], isolate }: { include: string[]; exclude?: string[]; isolate: boolean },
) {
  return {
    test: {
      name,
      include,
      exclude: [...configDefaults.exclude, ...exclude],
      isolate,
      pool: "forks" as const,
      // A machine that does something else as well is slow, not wrong.
      testTimeout: 30_000,
      hookTimeout: 60_000,
      globalSetup: "test/support/server-broker.ts",
      // Node.js loads TypeScript by itself, from its compile cache: a second of processor time less a file.
      experimental: { viteModuleRunner: false, nodeLoader: false },
    },
  };
}

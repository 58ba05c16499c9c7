import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const root = new URL("../..", import.meta.url).pathname;
const minuteMs = 60_000;
/** Programs that end with what they were asked, and share nothing of the machine with each other. */
const clients = "{approvals,aws-*,crane,helm,oci-*,oras,public,regctl,signing,skopeo}";

/**
 * Real programs. Daemons have the machine to themselves, one file after another: they make networks
 * and mounts, and move large layers. Clients wait for most of their time, so that several run at once.
 */
export default defineConfig({
  test: {
    projects: [
      project("daemons", ["test/interop/**/*.test.ts", `!test/interop/${clients}.test.ts`], 1),
      project("clients", [`test/interop/${clients}.test.ts`], Math.max(2, availableParallelism())),
    ],
  },
});

function project(name: string, include: string[], maxWorkers: number) {
  return {
    test: {
      name,
      root,
      include,
      pool: "forks" as const,
      maxWorkers,
      sequence: { groupOrder: maxWorkers }, // The groups one after the other.
      testTimeout: 3 * minuteMs,
      hookTimeout: 3 * minuteMs,
      teardownTimeout: minuteMs,
      globalSetup: "test/support/server-broker.ts",
    },
  };
}

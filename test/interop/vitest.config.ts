import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

/**
 * On a fleet's stores the administration of identities, keys and lifecycle policies by the AWS CLI, and
 * reports of use, are not tried again: every command of it is some rows, which the contracts of the
 * metadata try on PostgreSQL.
 */
const administration = [
  ...["aws-cli-iam", "aws-cli-iam-roles", "aws-cli-kms"],
  ...["aws-cli-lifecycle", "report-in-use"],
];
const isFleet = process.env.ENTREPOT_TEST_STORES === "fleet";
if (isFleet) console.log(`Left out on a fleet's stores: ${administration.join(", ")}.`);

/** Real programs: one file after another, since each starts daemons and moves large layers. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/interop/**/*.test.ts"],
    exclude: isFleet ? administration.map((name) => `test/interop/${name}.test.ts`) : [],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 3 * minuteMs,
    hookTimeout: 3 * minuteMs,
    teardownTimeout: minuteMs,
    globalSetup: "test/support/server-broker.ts",
  },
});

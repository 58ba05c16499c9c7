import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

/**
 * What is not tried again on a fleet's stores. The AWS CLI: every command of it is some rows, which the
 * contracts of the metadata and the suites of the stores try on PostgreSQL, and layers come by the AWS
 * SDK. Reports of use.
 */
const onceIsEnough = [
  ...["aws-cli", "aws-cli-iam", "aws-cli-iam-roles", "aws-cli-kms", "aws-cli-lifecycle"],
  ...["aws-cli-sts", "aws-cli-trails", "report-in-use"],
];
const isFleet = process.env.ENTREPOT_TEST_STORES === "fleet";
if (isFleet) console.log(`Left out on a fleet's stores: ${onceIsEnough.join(", ")}.`);

/** Real programs: one file after another, since each starts daemons and moves large layers. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/interop/**/*.test.ts"],
    exclude: isFleet ? onceIsEnough.map((name) => `test/interop/${name}.test.ts`) : [],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 3 * minuteMs,
    hookTimeout: 3 * minuteMs,
    teardownTimeout: minuteMs,
    globalSetup: "test/support/server-broker.ts",
  },
});

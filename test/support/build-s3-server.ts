/**
 * Builds the server that the tests of the S3 store run on, or with `--only-check` says whether it is
 * there.
 */
import { buildS3Server, s3Missing, s3Program } from "./s3-server.ts";

const missing = process.argv.includes("--only-check") ? s3Missing() : undefined;
try {
  if (missing !== undefined) throw new Error(missing);
  console.log(`S3 server: ${s3Program() ?? buildS3Server()}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

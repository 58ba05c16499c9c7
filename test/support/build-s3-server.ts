/** Builds the server that the tests of the S3 store run on. */
import { buildS3Server } from "./s3-server.ts";

try {
  console.log(`S3 server: ${buildS3Server()}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

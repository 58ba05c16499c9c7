/** The last lines of `npm test`: what needs more than npm, and so was not tried. */
import { postgresMissing } from "../test/support/postgres.ts";
import { s3Missing } from "../test/support/s3-server.ts";

const lines = [
  postgresMissing() && `Not run: everything on PostgreSQL (${postgresMissing()}).`,
  s3Missing() &&
    "Not run: the S3 store, and replicas on PostgreSQL and S3 (npm has no S3 server): npm run test:fleet -- --install",
  "Not run: real clients: npm run test:interop -- --install",
].filter((line) => line !== undefined);
for (const line of lines) console.log(line);

// Builds the S3 server that tests run on, with Go, into .cache: node scripts/build-s3-server.mjs
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

await exitWith(async () => {
  await install({ withDevelopment: true });
  return run(findNode(), ["test/support/build-s3-server.ts"], { cwd: projectDirectory });
});

// npm run test:fleet: replicas on PostgreSQL and S3, and the suites of the stores on both. Flags after "--":
//   --install   builds the S3 server with Go, where it is missing
// Everything else goes to Vitest.
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

const own = ["--install"];
const given = process.argv.slice(2);

await exitWith(async () => {
  await install({ withDevelopment: true });
  const node = findNode();
  const options = { cwd: projectDirectory };
  const check = given.includes("--install") ? [] : ["--only-check"];
  const code = await run(node, ["test/support/build-s3-server.ts", ...check], options);
  if (code !== 0) return code;
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config=test/fleet/vitest.config.ts"];
  return run(node, [...vitest, ...given.filter((word) => !own.includes(word))], options);
});

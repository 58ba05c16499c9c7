// npm run test:interop: real clients and the OCI conformance suite. Flags after "--":
//   --install       installs the Debian packages that are missing
//   --only-present  leaves out tests whose programs are missing, and says which and why
// Everything else goes to Vitest.
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

await exitWith(async () => {
  await install({ withDevelopment: true });
  return run(findNode(), ["test/interop/main.ts", ...process.argv.slice(2)], {
    cwd: projectDirectory,
  });
});

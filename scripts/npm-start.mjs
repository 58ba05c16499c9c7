// npm start: builds the console where it is not built, installs what is missing, then serves. Arguments after "--" are flags of `entrepot serve`.
import { join } from "node:path";
import { buildConsole } from "./build-console.mjs";
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

await exitWith(async () => {
  // First, as what it is built with has what serves among it: so packages are installed once. The registry
  // serves without its console, where that cannot be built.
  await buildConsole().catch((error) => console.error(`entrepot: ${error.message}`));
  await install({ withDevelopment: false });
  const main = join(projectDirectory, "src", "main.ts");
  return run(findNode(), [main, "serve", ...process.argv.slice(2)]);
});

// npm start: installs what is missing, builds the console where it is not built, then serves. Arguments after "--" are flags of `entrepot serve`.
import { join } from "node:path";
import { buildConsole } from "./build-console.mjs";
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

await exitWith(async () => {
  await install({ withDevelopment: false });
  // The registry serves without its console, where that cannot be built.
  await buildConsole().catch((error) => console.error(`entrepot: ${error.message}`));
  const main = join(projectDirectory, "src", "main.ts");
  return run(findNode(), [main, "serve", ...process.argv.slice(2)]);
});

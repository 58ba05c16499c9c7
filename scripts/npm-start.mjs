// npm start: installs what is missing, then serves. Arguments after "--" are flags of `entrepot serve`.
import { join } from "node:path";
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

await exitWith(async () => {
  await install({ withDevelopment: false });
  const main = join(projectDirectory, "src", "main.ts");
  return run(findNode(), [main, "serve", ...process.argv.slice(2)]);
});

// npm test: everything that needs npm alone. Arguments after "--" go to Vitest.
import { buildConsole } from "./build-console.mjs";
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

const steps = [
  ["scripts/check.ts"],
  ["scripts/docs.ts", "--check"],
  ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)],
];

await exitWith(async () => {
  await install({ withDevelopment: true });
  await buildConsole();
  const node = findNode(); // Only now: the installation may have brought it.
  for (const step of steps) {
    const code = await run(node, step, { cwd: projectDirectory });
    if (code !== 0) return code;
  }
  await run(node, ["scripts/not-run.ts"], { cwd: projectDirectory });
  return 0;
});

// npm run test:journeys: the console in a real browser against a real server. Flags after "--":
//   --install   installs Debian's chromium, where it is missing
// Everything else goes to Vitest.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { buildConsole } from "./build-console.mjs";
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

const chromium = "/usr/bin/chromium";
const own = ["--install"];
const given = process.argv.slice(2);

await exitWith(async () => {
  await install({ withDevelopment: true });
  await buildConsole();
  if (!existsSync(chromium) && given.includes("--install")) installChromium();
  if (!existsSync(chromium)) {
    throw new Error(
      `${chromium} is not installed: "apt-get install chromium", or "npm run test:journeys -- --install"`,
    );
  }
  const vitest = [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config=test/journeys/vitest.config.ts",
  ];
  const args = [...vitest, ...given.filter((word) => !own.includes(word))];
  return run(findNode(), args, { cwd: projectDirectory });
});

function installChromium() {
  const command = process.getuid?.() === 0 ? [] : ["sudo"];
  const steps = [
    ["update", "--quiet"],
    ["install", "--yes", "--quiet", "--no-install-recommends", "chromium"],
  ];
  for (const step of steps) {
    const [program, ...args] = [...command, "apt-get", ...step];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, error } = spawnSync(program, args, {
      ...{ env, stdio: ["ignore", "inherit", "inherit"] },
    });
    if (error !== undefined) {
      throw new Error(`--install is for Debian and its kin: ${error.message}`);
    }
    if (status !== 0) throw new Error(`apt-get ${step[0]} failed with code ${status}`);
  }
}

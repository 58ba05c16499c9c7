// Installs the packages that are missing. Plain JavaScript for Node 20 and later.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory, run } from "./node.mjs";

/**
 * Brings node_modules in line with package-lock.json, unless it is already.
 * What npm installed is read from its own record, node_modules/.package-lock.json, so that an
 * installation made by hand counts and an interrupted one does not (npm writes it last).
 */
export async function install({ withDevelopment }) {
  const wanted = packagesOf(join(projectDirectory, "package-lock.json"));
  if (wanted === undefined) throw new Error("package-lock.json is missing from the installation");
  const installed = packagesOf(join(projectDirectory, "node_modules", ".package-lock.json"));
  if (installed !== undefined && covers(installed, wanted, withDevelopment)) return;
  // Who has the development packages keeps them: npm ci starts from an empty node_modules.
  const keepsDevelopment = Object.values(installed ?? {}).some((entry) => entry.dev === true);
  const production = !withDevelopment && !keepsDevelopment;
  console.error(
    `entrepot: installing ${production ? "packages" : "packages, with those for tests"}`,
  );
  const code = await npm(["ci", ...(production ? ["--omit=dev"] : [])]);
  if (code !== 0) throw new Error(`npm ci failed with code ${code}`);
}

/** Whether every package that must be there is, in the locked version. */
function covers(installed, wanted, withDevelopment) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.optional || entry.devOptional) return true;
    if (entry.dev && !withDevelopment) return true;
    return installed[path]?.version === entry.version;
  });
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function npm(args) {
  const script = process.env.npm_execpath;
  const options = { cwd: projectDirectory };
  return script?.endsWith(".js") === true
    ? run(process.execPath, [script, ...args], options)
    : run("npm", args, options);
}

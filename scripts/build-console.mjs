// Builds the web console where it is missing, or older than what it is made of. Plain JavaScript for
// Node 20 and later.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { install } from "./install.mjs";
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

const directory = join(projectDirectory, "console");
const built = join(directory, "dist");
/** What the build was made of. */
const stampFile = join(built, "made-of.txt");
const sources = [
  ...["src", "public", "index.html", "package.json", "tsconfig.json"],
  ...["vite.config.ts", "gallery.vite.config.ts"],
];
/** What is built, where that is below `dist`, and bytes of JavaScript, compressed, before its first page is there. */
const bundles = [
  { name: "console", config: "vite.config.ts", path: "", base: "/console/", most: 550 * 1024 },
  {
    ...{ name: "public gallery", config: "gallery.vite.config.ts", path: "gallery" },
    ...{ base: "/gallery-assets/", most: 300 * 1024 },
  },
];
const compressed = /\.(css|html|js|json|svg|txt)$/;

/** Makes sure that the console is built; says nothing when it is. */
export async function buildConsole() {
  const stamp = stampOf();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  if (!existsSync(directory)) return; // An installation that came with the built files alone.
  await install({ withDevelopment: true });
  console.error("entrepot: building the console");
  const vite = join(projectDirectory, "node_modules", "vite", "bin", "vite.js");
  for (const bundle of bundles) {
    const args = [vite, "build", "--config", bundle.config, "--logLevel", "warn"];
    const code = await run(findNode(), args, { cwd: directory });
    if (code !== 0) throw new Error(`the ${bundle.name} could not be built (code ${code})`);
    checkFirstLoad(bundle);
  }
  for (const path of filesIn(built)) compress(path);
  writeFileSync(stampFile, stamp);
}

/** A fingerprint of the sources, and of the packages that they are built with. */
function stampOf() {
  const hash = createHash("sha256");
  const paths = sources.flatMap((name) => {
    const path = join(directory, name);
    if (!existsSync(path)) return [];
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
  for (const path of [...paths.sort(), join(projectDirectory, "package-lock.json")]) {
    hash.update(path.slice(projectDirectory.length)).update("\0").update(readFileSync(path));
  }
  return hash.digest("hex");
}

function filesIn(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** What index.html asks for itself. */
function checkFirstLoad({ name, path, base, most }) {
  const page = readFileSync(join(built, path, "index.html"), "utf8");
  const bytes = [...page.matchAll(/(?:src|href)="([^"]+\.js)"/g)]
    .map(([, url]) => gzipSync(readFileSync(join(built, path, url.slice(base.length)))).length)
    .reduce((sum, size) => sum + size, 0);
  if (bytes <= most) return;
  throw new Error(`the first page of the ${name} loads ${bytes} bytes of JavaScript, compressed`);
}

function compress(path) {
  if (!compressed.test(path)) return;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
}

if (process.argv[1] === join(projectDirectory, "scripts", "build-console.mjs")) {
  await exitWith(async () => {
    await buildConsole();
    return 0;
  });
}

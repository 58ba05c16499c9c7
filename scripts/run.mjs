// Runs a program of this package on the right Node.js: node scripts/run.mjs [node flags] file [arguments]
import { exitWith, findNode, projectDirectory, run } from "./node.mjs";

await exitWith(() => run(findNode(), process.argv.slice(2), { cwd: projectDirectory }));

#!/usr/bin/env node
// The command `entrepot`, on the right Node.js whichever one the machine has.
import { join } from "node:path";
import { exitWith, findNode, projectDirectory, run } from "../scripts/node.mjs";

await exitWith(() =>
  run(findNode(), [join(projectDirectory, "src", "main.ts"), ...process.argv.slice(2)]),
);

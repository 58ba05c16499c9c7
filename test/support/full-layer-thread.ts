/** A layer thread whose third write to a file takes but a part, as on a disk that is full for a moment. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { writevSync } = fs;
let writes = 0;

fs.writevSync = (descriptor, pieces, position) => {
  writes += 1;
  return writevSync(descriptor, writes === 3 ? pieces.slice(0, 2) : pieces, position);
};
syncBuiltinESMExports();
await import("../../src/adapters/layer-work/thread-program.ts");

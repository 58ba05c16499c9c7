/**
 * Makes the snapshot of advisories that the package brings:
 * `node scripts/run.mjs scripts/build-advisory-snapshot.ts <folder of archives> [<target folder>]`.
 * It is an index as `entrepot vulndb import` makes it, compressed. Date, sources and licences are told in the
 * README beside it, which has to be kept with what the folder's own README says.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { buildIndex } from "../src/adapters/advisories/build-index.ts";

/** As far as zstd goes without asking more memory of whoever unpacks it. */
const level = 19;
const largestBytes = 15_000_000;

const [source, target = join(import.meta.dirname, "..", "data", "advisories")] =
  process.argv.slice(2);
if (source === undefined) throw new Error("which folder?");
const index = join(target, "snapshot.db");
const built = await buildIndex({
  inputs: [source],
  base: undefined,
  replaced: [],
  followed: {},
  target: index,
  builtAt: Date.now(),
});
const plain = readFileSync(index);
rmSync(index);
const packed = zstdCompressSync(plain, {
  params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
});
if (packed.length > largestBytes) throw new Error(`it has ${packed.length} bytes`);
writeFileSync(`${index}.zst`, packed);
const { version, records, refused, odd } = built;
const summary = { version, records, bytes: packed.length, unpacked: plain.length, refused, odd };
process.stdout.write(`${JSON.stringify(summary, undefined, 1)}\n`);

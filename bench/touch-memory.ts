/** Memory of a virtual machine that nobody has used yet. Linux alone. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const gigabyte = 2 ** 30;
const pageBytes = 4096;

/** More than the page cache comes to in the longest run. */
const mostGigabytes = 16;

/** What the machine may want meanwhile. */
const sparedGigabytes = 2;

/**
 * Writes to memory that is free, and gives it back. The host of a virtual machine gives a page of
 * memory at its first use, at some 200 MB/s where this was seen: a file written on a machine that
 * began lately took six times the kernel's time, and whoever writes more was measured slower.
 *
 * @returns GiB that were touched
 */
export function touchFreeMemory(): number {
  const free = /^MemFree:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  const gigabytes = Math.floor((Number(free) * 1024) / gigabyte) - sparedGigabytes;
  const touched = Math.max(0, Math.min(mostGigabytes, gigabytes));
  // In a process of its own, as this one is the client and stays small.
  const program = `for (const kept = []; kept.length < ${touched}; ) {
    const bytes = Buffer.alloc(${gigabyte});
    for (let page = 0; page < bytes.length; page += ${pageBytes}) bytes[page] = 1;
    kept.push(bytes);
  }`;
  const { status } = spawnSync(process.execPath, ["--eval", program]);
  if (status !== 0) throw new Error(`touching ${touched} GiB of memory ended with ${status}`);
  return touched;
}

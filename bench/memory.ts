import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Peer, Target } from "./peers.ts";
import { type Blob, RegistryClient, randomBlob } from "./registry-client.ts";
import { withTargets } from "./rounds.ts";

const repository = "bench/huge";
const MiB = 1024 * 1024;

export interface Memory {
  readonly peer: Peer;
  readonly idleMiB: number;
  /** The most that it took while the layer came in, and while it went out. */
  readonly pushMiB: number;
  readonly pullMiB: number;
}

/** Resident memory of each registry while one huge layer streams in and out again. */
export async function memoryOfStream(
  peers: readonly Peer[],
  options: { folder: string; streamBytes: number },
): Promise<Memory[]> {
  const huge = hugeBlob(options.streamBytes);
  const results: Memory[] = [];
  for (const peer of peers) {
    await withTargets([peer], options.folder, async ([target]) => {
      results.push({ peer, ...(await measure(target!, huge)) });
    });
  }
  return results;
}

async function measure(target: Target, huge: Blob): Promise<Omit<Memory, "peer">> {
  const client = new RegistryClient(target);
  await target.createRepository(repository);
  const small = randomBlob(MiB); // Code and buffers of the first request are not the stream's.
  await client.pushBlob(repository, small);
  await client.pullBlob(repository, small);
  await pause(2_000);
  const idleMiB = resident(target.pid, "VmRSS");
  forgetPeak(target.pid);
  await client.pushBlob(repository, huge);
  const pushMiB = resident(target.pid, "VmHWM");
  forgetPeak(target.pid);
  await client.pullBlob(repository, huge);
  const pullMiB = resident(target.pid, "VmHWM");
  client.close();
  return { idleMiB, pushMiB, pullMiB };
}

/** The kernel's own high-water mark misses no peak, as samples would. */
function resident(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(kibibytes) / 1024;
}

function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** Every MiB differs from every other, and none takes random bytes to make. */
function hugeBlob(sizeBytes: number): Blob {
  function* content() {
    for (let sent = 0; sent < sizeBytes; sent += MiB) {
      const piece = Buffer.alloc(Math.min(MiB, sizeBytes - sent));
      piece.writeDoubleLE(sent + 1);
      yield piece;
    }
  }
  const sum = createHash("sha256");
  for (const piece of content()) sum.update(piece);
  return { digest: `sha256:${sum.digest("hex")}`, sizeBytes, content };
}

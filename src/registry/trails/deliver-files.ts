import { randomUUID } from "node:crypto";
import type { WaitingRow } from "../../ports/trail-store.ts";
import type { TrailTarget } from "../../ports/trail-target.ts";
import type { Registry } from "../names.ts";
import { type Delivery, lockCurrent } from "./delivery.ts";
import { logFileName } from "./file-names.ts";
import { gzipped } from "./gzip-file.ts";
import { logFileOf } from "./log-file.ts";
import { isLogging, type Trail, type TrailFile } from "./trail.ts";
import { withGap } from "./trail-gaps.ts";
import { trailLimits } from "./trail-limits.ts";

/**
 * Writes what waits for a trail and is old enough, or enough. What goes into a file is decided and stored
 * first: after a crash the same file is written again, and no record is in two. Resolves to how many files
 * were written; the rest is for the next time.
 * @throws what the target throws; what could not be written goes on waiting
 */
export async function deliverFiles(delivery: Delivery, target: TrailTarget): Promise<number> {
  const { ports, trail, signal } = delivery;
  const { filesAtOnce } = trailLimits;
  const { records, files } = ports.metadata.trails;
  let written = 0;
  for (const file of await files.unwritten(trail.id, filesAtOnce)) {
    signal.throwIfAborted();
    written += await writeFile(delivery, target, file);
  }
  let registry: Registry | undefined;
  for (;;) {
    registry = await records.nextRegistry(trail.id, registry);
    if (registry === undefined) return written;
    for (let planned = 0; planned < filesAtOnce; planned++) {
      signal.throwIfAborted();
      const object = logFileName(trail, registry, delivery.organizationId, ports.clock.now());
      const file = await planFile(delivery, registry, object, trailLimits);
      if (file === undefined) break;
      written += await writeFile(delivery, target, file);
    }
  }
}

/** When there is a file, and how much goes into it. */
interface Pace {
  readonly settleMs: number;
  readonly deliveryMs: number;
  readonly fileRows: number;
  readonly fileRecords: number;
}

/** Decides what is in the next file; `undefined` where it is too soon for one. */
export function planFile(
  { ports, trail }: Delivery,
  registry: Registry,
  object: string,
  pace: Pace,
): Promise<TrailFile | undefined> {
  const now = ports.clock.now();
  const { fileRows, settleMs, deliveryMs } = pace;
  const file: TrailFile = {
    ...{ trail: trail.id, registry, id: randomUUID(), plannedAt: now, object, digest: "" },
  };
  return ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return undefined;
    const page = { until: now - settleMs, limit: fileRows };
    const rows = await change.trails.records.waiting(trail.id, registry, page);
    const fitting = howManyFit(rows, pace.fileRecords);
    const [oldest, last] = [rows[0], rows[fitting - 1]];
    if (oldest === undefined || last === undefined) return undefined;
    const isFull = fitting < rows.length || rows.length === fileRows;
    if (isLogging(current) && !isFull && oldest.at > now - deliveryMs) return undefined;
    await change.trails.files.insert(file);
    await change.trails.records.assign(trail.id, registry, last, file.id);
    return file;
  });
}

function howManyFit(rows: readonly WaitingRow[], most: number): number {
  let records = 0;
  for (const [place, row] of rows.entries()) {
    records += row.records;
    if (records >= most) return place + 1;
  }
  return rows.length;
}

/** 1, or 0 where the trail wants none of these records, so that there is no file. */
async function writeFile(
  { ports, trail }: Delivery,
  target: TrailTarget,
  file: TrailFile,
): Promise<number> {
  const { registry, id } = file;
  const rows = await ports.metadata.trails.records.inFile(trail.id, registry, id);
  const log = logFileOf(trail, rows);
  if (log !== undefined) await target.write(file.object, await gzipped(log.content));
  const at = ports.clock.now();
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return;
    const { files, records, trails } = change.trails;
    if (log === undefined || current.settings.validatedSince === undefined)
      await files.remove(file);
    else {
      const { hash, oldest, newest } = log;
      const written = { at, target: trail.settings.target, hash, oldest, newest };
      await files.setWritten({ ...file, written });
    }
    await records.forgetFile(trail.id, registry, id);
    if (log === undefined) return;
    const status = {
      ...current.status,
      deliveredAt: at,
      attemptedAt: at,
      deliveryError: undefined,
      failingSince: undefined,
    };
    await trails.replace({ ...current, status });
  });
  return log === undefined ? 0 : 1;
}

/** Gives up what could not be written for so long that it has to go, and notes the gap. */
export async function giveUpOld({ ports, trail, signal }: Delivery): Promise<void> {
  const before = ports.clock.now() - trailLimits.undeliveredMs;
  const { records, files } = ports.metadata.trails;
  for (const file of await files.unwritten(trail.id, trailLimits.filesAtOnce)) {
    signal.throwIfAborted();
    if (file.plannedAt >= before) break;
    const rows = await records.inFile(trail.id, file.registry, file.id);
    await forget({ ports, trail }, rows, async (change) => {
      await change.records.forgetFile(trail.id, file.registry, file.id);
      await change.files.remove(file);
    });
  }
  let registry: Registry | undefined;
  for (;;) {
    registry = await records.nextRegistry(trail.id, registry);
    if (registry === undefined) return;
    const of = registry;
    for (;;) {
      signal.throwIfAborted();
      const page = { until: before, limit: trailLimits.fileRows };
      const rows = await records.waiting(trail.id, of, page);
      const last = rows.at(-1);
      if (last === undefined) break;
      await forget({ ports, trail }, rows, (change) =>
        change.records.forgetWaiting(trail.id, of, last),
      );
    }
  }
}

type Change = Parameters<Parameters<Delivery["ports"]["metadata"]["transaction"]>[0]>[0]["trails"];

async function forget(
  { ports, trail }: { readonly ports: Delivery["ports"]; readonly trail: Trail },
  rows: readonly WaitingRow[],
  work: (change: Change) => Promise<void>,
): Promise<void> {
  const records = rows.reduce((sum, row) => sum + row.records, 0);
  const [first, last] = [rows.at(0), rows.at(-1)];
  const notedAt = ports.clock.now();
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return;
    await work(change.trails);
    if (first === undefined || last === undefined) return;
    const times = { from: first.at, until: last.at, notedAt };
    const gap = { ...times, reason: "NotDelivered", records } as const;
    const gaps = withGap(current.status.gaps, gap);
    await change.trails.trails.replace({ ...current, status: { ...current.status, gaps } });
  });
}

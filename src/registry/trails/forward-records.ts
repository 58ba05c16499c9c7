import { randomUUID } from "node:crypto";
import type { AuditReceiver, ReceiverKind } from "../../ports/audit-receiver.ts";
import type { Ports } from "../../ports/ports.ts";
import { entriesOf, newestFirst } from "../audit/audit-segment.ts";
import type { AccountId, Region, Registry } from "../names.ts";
import { planFile } from "./deliver-files.ts";
import { type Delivery, lockCurrent } from "./delivery.ts";
import { forwardLimits } from "./forward-limits.ts";
import { hasTime, type Trail, type TrailFile, type TrailRef, untilStopped } from "./trail.ts";

/** Of no account, so that no caller can name it. */
const nowhere: Registry = { account: "" as AccountId, region: "" as Region };

/**
 * What is forwarded is kept as a trail of all accounts and regions that no account has: rows of the audit
 * trail wait for it as for every other.
 */
export function forwarderRef(kind: ReceiverKind): TrailRef {
  return { registry: nowhere, name: kind };
}

export function isForwarder({ registry }: TrailRef): boolean {
  return registry.account === nowhere.account;
}

/** The trail of that receiver, which is made where there is none: it has records from then on. */
export async function openForwarder(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  kind: ReceiverKind,
): Promise<Trail> {
  const known = await metadata.trails.trails.find(forwarderRef(kind));
  if (known !== undefined) return known;
  const now = clock.now();
  const trail: Trail = {
    ...{ ...forwarderRef(kind), id: randomUUID(), isMultiRegion: true, isOrganization: true },
    ...{ logsFrom: now, logsUntil: untilStopped },
    settings: { target: "", prefix: "", includesGlobalEvents: true, tags: [] },
    status: { gaps: [], deliveredThrough: now },
  };
  return metadata.transaction(async (change) => {
    if (await change.trails.trails.insertIfAbsent(trail)) return trail;
    return (await change.trails.trails.lock(trail)) ?? trail;
  });
}

/** What one look has forwarded. */
export interface Forwarded {
  readonly records: number;
  /** That the receiver will not have: it said so. */
  readonly refused: number;
}

/**
 * Sends what waits for a receiver and is old enough, those of one registry by their times. What is in a
 * batch is stored before it is sent, so that after a crash or a failure the same is sent again, and
 * nothing is left out.
 * @throws what the receiver throws; what could not be sent goes on waiting
 */
export async function forwardRecords(
  delivery: Delivery,
  receiver: AuditReceiver,
  told: (what: Forwarded) => void,
): Promise<void> {
  const { ports, trail, signal } = delivery;
  const { records, files } = ports.metadata.trails;
  const { batchesAtOnce, settleMs } = forwardLimits;
  const through = ports.clock.now() - settleMs;
  const begun = await files.unwritten(trail.id, batchesAtOnce);
  for (const file of begun) told(await sendBatch(delivery, receiver, file));
  let isBehind = begun.length === batchesAtOnce;
  let registry: Registry | undefined;
  for (;;) {
    registry = await records.nextRegistry(trail.id, registry);
    if (registry === undefined) break;
    let sent = 0;
    for (; sent < batchesAtOnce; sent++) {
      signal.throwIfAborted();
      const file = await planFile(delivery, registry, "", { ...forwardLimits, deliveryMs: 0 });
      if (file === undefined) break;
      told(await sendBatch(delivery, receiver, file));
    }
    if (sent === batchesAtOnce) isBehind = true;
  }
  if (!isBehind) await noteThrough(delivery, through);
}

async function sendBatch(
  { ports, trail, signal }: Delivery,
  receiver: AuditReceiver,
  file: TrailFile,
): Promise<Forwarded> {
  const rows = await ports.metadata.trails.records.inFile(trail.id, file.registry, file.id);
  const entries = rows
    .flatMap(entriesOf)
    .filter((entry) => hasTime(trail, entry.at))
    .sort((one, other) => newestFirst(other, one));
  const refused = entries.length === 0 ? 0 : await receiver.send(entries, signal);
  const at = ports.clock.now();
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return;
    await change.trails.files.remove(file);
    await change.trails.records.forgetFile(trail.id, file.registry, file.id);
    const fares = { deliveredAt: at, attemptedAt: at, refused: refusedOf(current) + refused };
    const status = { ...current.status, ...fares, ...healthy };
    await change.trails.trails.replace({ ...current, status });
  });
  return { records: entries.length - refused, refused };
}

const healthy = { deliveryError: undefined, failingSince: undefined };

function refusedOf({ status: { refused = 0 } }: Trail): number {
  return refused;
}

/** Nothing from before then waits. Not written each time, as that is each look. */
async function noteThrough({ ports, trail }: Delivery, through: number): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return;
    const { status } = current;
    const known = status.deliveredThrough ?? 0;
    const isFresh = through - known < forwardLimits.noteMs;
    if (isFresh && status.failingSince === undefined) return;
    const news = { attemptedAt: ports.clock.now(), deliveredThrough: Math.max(known, through) };
    await change.trails.trails.replace({
      ...current,
      status: { ...status, ...news, ...healthy },
    });
  });
}

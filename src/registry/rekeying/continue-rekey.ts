import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { Repository } from "../repositories/repository.ts";
import { copyLayer } from "./copy-layer.ts";
import { endRekey } from "./end-rekey.ts";
import { lockUnderWay } from "./lock-under-way.ts";
import { moveObjects } from "./move-objects.ts";
import { moveSessions } from "./move-sessions.ts";
import { isUnderWay, type Rekey } from "./rekey.ts";

/**
 * Goes on with what is under way until it is done, or has to wait. Wherever it ends, the next call goes
 * on from there; two at once do no harm. Memory: a page of objects' rows, and some frames.
 * @param pageObjects how many it takes at once
 * @returns when to call again; `undefined` when there is nothing more to do
 * @throws Kms while either key may not be used
 */
export async function continueRekey(
  ports: Ports,
  repository: Repository,
  signal: AbortSignal,
  pageObjects: number = limits.rekeyPageObjects,
): Promise<number | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const rekey = await ports.metadata.rekeys.find(repository);
    if (!isUnderWay(rekey)) return undefined;
    if (rekey.objects === undefined) await countObjects(ports, repository, rekey);
    else if (rekey.phase === "layers" || rekey.phase === "images") {
      const copies = await moveObjects(ports, repository, rekey, pageObjects);
      for (const each of copies) {
        signal.throwIfAborted();
        await copyLayer(ports, repository, rekey, each, signal);
      }
    } else {
      const waitUntil = await finish(ports, repository, rekey, signal);
      if (waitUntil !== undefined) return waitUntil;
    }
  }
}

async function countObjects(ports: Ports, repository: Repository, rekey: Rekey): Promise<void> {
  const objects = repository.imageCount + (await ports.metadata.layers.count(repository));
  await advance(ports, rekey, { objects });
}

/** @returns when to go on, where it has to wait */
async function finish(
  ports: Ports,
  repository: Repository,
  rekey: Rekey,
  signal: AbortSignal,
): Promise<number | undefined> {
  const now = ports.clock.now();
  if (rekey.phase === "end" && Number(rekey.position) > now) return Number(rekey.position);
  // Again at the end: a session may have been opened by who had seen the repository before.
  const areMoved = await moveSessions(ports, repository, limits.rekeyPageSessions, signal);
  const later = now + limits.rekeySettleMs;
  if (!areMoved) return later;
  if (rekey.phase === "end") await endRekey(ports, rekey);
  // Pulls that have read where an object is may still open it with the old key.
  else await advance(ports, rekey, { phase: "end", position: String(settledAt(rekey, now)) });
  return undefined;
}

/** The registry's own key needs no grant that pulls could miss. */
function settledAt({ from }: Rekey, now: number): number {
  return from.type === "AES256" ? now : now + limits.rekeySettleMs;
}

async function advance(ports: Ports, rekey: Rekey, to: Partial<Rekey>): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const current = await lockUnderWay(change, rekey);
    if (current !== undefined) await change.rekeys.put({ ...current, ...to, failure: undefined });
  });
}

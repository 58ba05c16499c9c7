import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { TrailTarget } from "../../ports/trail-target.ts";
import type { Registry } from "../names.ts";
import { type Delivery, lockCurrent } from "./delivery.ts";
import { digestOf, signedText } from "./digest-file.ts";
import { digestFileName } from "./file-names.ts";
import { gzipped } from "./gzip-file.ts";
import { sha256 } from "./log-file.ts";
import { type DigestChain, isLogging, type PendingDigest, type Trail } from "./trail.ts";
import { signingKey, signWith } from "./trail-keys.ts";
import { trailLimits } from "./trail-limits.ts";

/**
 * Writes the digests of a trail that are due: one each hour about every registry of which it has records,
 * whether there were any, and a last one when it has stopped. Like files they are decided first: what is
 * repeated is the same, to the byte.
 * @throws what the target throws
 */
export async function deliverDigests(delivery: Delivery, target: TrailTarget): Promise<void> {
  const { ports, trail, signal } = delivery;
  const undigested = await ports.metadata.trails.files.undigested(trail.id);
  const known = await ports.metadata.trails.chains.ofTrail(trail.id);
  const fresh = [trail.registry, ...undigested].map((about) => newChain(trail, about));
  const chains = new Map([...fresh, ...known].map((each) => [keyOf(each), each]));
  for (const chain of chains.values()) {
    signal.throwIfAborted();
    const about = chain.registry;
    const isLate = undigested.some((each) => isSame(each, about));
    const digest = chain.pending ?? (await beginDigest(delivery, chain, isLate));
    if (digest !== undefined) await writeDigest(delivery, target, about, digest);
  }
}

function keyOf({ registry: { account, region } }: DigestChain): string {
  return `${account} ${region}`;
}

function isSame(one: Registry, other: Registry): boolean {
  return one.account === other.account && one.region === other.region;
}

function newChain({ id }: Trail, registry: Registry): DigestChain {
  return { trail: id, registry, toldUntil: 0 };
}

/**
 * Decides what the next digest tells; `undefined` where none is due.
 * @param hasFiles whether there are files that are in none
 */
async function beginDigest(
  { ports, trail, organizationId }: Delivery,
  known: DigestChain,
  hasFiles: boolean,
): Promise<PendingDigest | undefined> {
  const now = ports.clock.now();
  const endsAt = now - (now % 1000);
  const since = openSince(trail, known, hasFiles);
  if (since === undefined || (isLogging(trail) && now - since < trailLimits.digestMs))
    return undefined;
  const about = known.registry;
  const { fingerprint } = await signingKey(ports, keyHolder(trail, about));
  const object = digestFileName(trail, about, organizationId, endsAt);
  return ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current?.settings.validatedSince === undefined) return undefined;
    const chain = (await change.trails.chains.find(trail.id, about)) ?? known;
    if (chain.pending !== undefined) return chain.pending;
    const from = openSince(current, chain, hasFiles);
    if (from === undefined || endsAt <= (chain.last?.endsAt ?? 0)) return undefined;
    const isFinal = !isLogging(current);
    if (isFinal ? await hasMore(change, trail, about) : now - from < trailLimits.digestMs) {
      return undefined;
    }
    const gaps = current.status.gaps.filter(
      ({ notedAt }) => notedAt > chain.toldUntil && notedAt <= now,
    );
    const pending = { object, from, endsAt, isFinal, fingerprint, gaps, begunAt: now };
    await change.trails.files.assign(trail.id, about, object);
    await change.trails.chains.put({ ...chain, pending });
    return pending;
  });
}

/** From when on a chain's next digest tells; of a trail that stopped, what came late goes into one more. */
function openSince(trail: Trail, chain: DigestChain, hasFiles: boolean): number | undefined {
  if (chain.openSince !== undefined) return chain.openSince;
  const { startedAt } = trail.status;
  const { validatedSince } = trail.settings;
  if (startedAt === undefined || validatedSince === undefined) return undefined;
  if (!isLogging(trail) && chain.last !== undefined) {
    return hasFiles ? chain.last.endsAt : undefined;
  }
  return Math.max(startedAt, validatedSince);
}

/** Whether something of the registry is still to be written. */
async function hasMore(change: MetadataChange, { id }: Trail, about: Registry): Promise<boolean> {
  const { records, files } = change.trails;
  const page = { until: Number.MAX_SAFE_INTEGER, limit: 1 };
  if ((await records.waiting(id, about, page)).length > 0) return true;
  const unwritten = await files.unwritten(id, trailLimits.filesAtOnce);
  return unwritten.some(({ registry }) => isSame(registry, about));
}

/** Digests about all accounts are signed with keys of the account whose trail it is. */
function keyHolder({ registry: { account } }: Trail, { region }: Registry): Registry {
  return { account, region };
}

async function writeDigest(
  { ports, trail }: Delivery,
  target: TrailTarget,
  about: Registry,
  digest: PendingDigest,
): Promise<void> {
  const { chains, files, keys } = ports.metadata.trails;
  const last = (await chains.find(trail.id, about))?.last;
  const named = await files.ofDigest(trail.id, about, digest.object);
  const key = await keys.find(keyHolder(trail, about), digest.fingerprint);
  if (key === undefined) throw new Error(`the key ${digest.fingerprint} of a trail is gone`);
  const bucket = trail.settings.target;
  const file = digestOf(digest, about, bucket, last, named);
  const content = Buffer.from(JSON.stringify(file));
  const signature = signWith(ports, key, signedText(file, content));
  await target.write(digest.object, await gzipped(content), signature);
  const { object, endsAt, isFinal, begunAt } = digest;
  const link = { target: bucket, object, hash: sha256(content), signature, endsAt };
  const at = ports.clock.now();
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    const chain = await change.trails.chains.find(trail.id, about);
    if (current === undefined || chain?.pending?.object !== object) return;
    await change.trails.chains.put({
      ...{ trail: trail.id, registry: about, last: link, toldUntil: begunAt },
      openSince: isFinal ? undefined : endsAt,
    });
    await change.trails.files.removeOfDigest(trail.id, about, object);
    const status = { ...current.status, digestAt: at, digestError: undefined };
    await change.trails.trails.replace({ ...current, status });
  });
}

import type { MetadataChange, ObjectLink } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { encryptionDomain, manifestDomain } from "../encryption/domain.ts";
import { Rewrapping } from "../encryption/rewrap-data-key.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import type { Digest, ObjectId } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { lockUnderWay } from "./lock-under-way.ts";
import type { Rekey } from "./rekey.ts";

/** A page of either: as they are told of, what they stand on, and where that belongs. */
interface Page {
  readonly links: readonly ObjectLink[];
  /** In the order of ids, with the data key as it is to be; those under the new key are left out. */
  readonly wanted: ReadonlyMap<ObjectId, Wanted>;
  readonly domain: string;
}

interface Wanted {
  readonly before: StoredObject;
  /** Absent where a new data key alone would not do. */
  readonly after: StoredObject | undefined;
}

/**
 * Looks at the next `limit` layers or images, and puts those under the new key that need no more for
 * that than another wrapped data key. All of them or none, and then the position moves behind them, if
 * nothing is left to be done about any.
 * @returns those that have to be sealed anew: the page is to be looked at again after that
 * @throws Kms when either key may not be used
 */
export async function moveObjects(
  ports: Ports,
  repository: Repository,
  rekey: Rekey,
  limit: number,
): Promise<readonly ObjectLink[]> {
  const page = await readPage(ports, repository, rekey, limit);
  return ports.metadata.transaction(async (change) => {
    const current = await lockUnderWay(change, rekey);
    if (current === undefined) return [];
    const move = new Move(change, repository, page, current.phase === "layers");
    const { rewrapped, adopted, copies, changed } = await move.run(ports.clock.now());
    const counted = {
      ...current,
      rewrapped: current.rewrapped + rewrapped,
      adopted: current.adopted + adopted,
      failure: undefined,
    };
    const isDone = copies.length === 0 && !changed;
    await change.rekeys.put(isDone ? behind(counted, page.links, limit) : counted);
    return copies;
  });
}

function behind(rekey: Rekey, links: readonly ObjectLink[], limit: number): Rekey {
  const seen = rekey.seen + links.length;
  const last = links.at(-1);
  if (last !== undefined && links.length === limit)
    return { ...rekey, seen, position: last.digest };
  return { ...rekey, seen, phase: rekey.phase === "layers" ? "images" : "sessions", position: "" };
}

/** The ciphers' part, outside the transaction. */
async function readPage(
  ports: Ports,
  repository: Repository,
  { phase, position }: Rekey,
  limit: number,
): Promise<Page> {
  const { metadata } = ports;
  const { registry } = repository;
  const after = position as Digest;
  const isLayers = phase === "layers";
  const links: ObjectLink[] = isLayers
    ? await metadata.layers.list(repository, { after, limit })
    : await metadata.images.links(repository, { after, limit });
  const domain = isLayers ? encryptionDomain(repository) : manifestDomain(repository);
  const ids = links.map(({ object }) => object);
  const objects = await metadata.objects.findMany(registry, ids);
  const shared = isLayers ? await metadata.objects.linkedElsewhere(repository, ids) : [];
  const kept = new Set(shared);
  const rewrapping = new Rewrapping(ports, repository);
  const wanted = new Map<ObjectId, Wanted>();
  for (const before of objects) {
    if (before.domain === domain) continue;
    const isTaken = !kept.has(before.id) && rewrapping.canTake(before);
    const after = isTaken
      ? { ...before, domain, wrappedKey: await rewrapping.wrap(before) }
      : undefined;
    wanted.set(before.id, { before, after });
  }
  return { links, wanted, domain };
}

interface Moved {
  readonly rewrapped: number;
  readonly adopted: number;
  readonly copies: readonly ObjectLink[];
  /** Whether something was not as it had been read: the page is to be looked at again. */
  readonly changed: boolean;
}

/** The page's part of a transaction: looks again at everything under lock. */
class Move {
  readonly #change: MetadataChange;
  readonly #repository: Repository;
  readonly #page: Page;
  readonly #isLayers: boolean;

  constructor(change: MetadataChange, repository: Repository, page: Page, isLayers: boolean) {
    this.#change = change;
    this.#repository = repository;
    this.#page = page;
    this.#isLayers = isLayers;
  }

  async run(now: number): Promise<Moved> {
    const { wanted, domain } = this.#page;
    if (wanted.size === 0) return { rewrapped: 0, adopted: 0, copies: [], changed: false };
    const { objects } = this.#change;
    const { registry } = this.#repository;
    const links = await this.#stillLinked();
    const digests = links.map(({ digest }) => digest);
    const there = new Set(await objects.liveAmong(registry, domain, digests));
    const ids = [...wanted.keys()];
    // Who links one of them next waits here, and then finds it in another domain.
    const locked = new Map((await objects.lockMany(registry, ids)).map((each) => [each.id, each]));
    const shared = this.#isLayers ? await objects.linkedElsewhere(this.#repository, ids) : [];
    const elsewhere = new Set(shared);
    const rewrapped: StoredObject[] = [];
    const copies: ObjectLink[] = [];
    let adopted = 0;
    let changed = false;
    for (const link of links) {
      const { before, after } = wanted.get(link.object)!;
      const object = locked.get(link.object);
      if (object?.domain === domain) continue;
      if (there.has(link.digest)) {
        if (await this.#adopt(link, now)) adopted += 1;
        else changed = true;
      } else if (object === undefined || !isSame(object, before)) changed = true;
      else if (after === undefined || elsewhere.has(object.id)) copies.push(link);
      else rewrapped.push(after);
    }
    await objects.rewrap(rewrapped);
    return { rewrapped: rewrapped.length, adopted, copies, changed };
  }

  /** Those of the page that stand on what they stood on, and need something done. */
  async #stillLinked(): Promise<readonly ObjectLink[]> {
    const { links, wanted } = this.#page;
    const open = links.filter(({ object }) => wanted.has(object));
    const digests = open.map(({ digest }) => digest);
    // The repository is locked: its images stay as they are.
    const now: ObjectLink[] = this.#isLayers
      ? await this.#change.layers.lock(this.#repository, digests)
      : await this.#change.images.linksOf(this.#repository, digests);
    const standsOn = new Map(now.map(({ digest, object }) => [digest, object]));
    return open.filter(({ digest, object }) => standsOn.get(digest) === object);
  }

  /** The domain has an equal object: stands on that one. False when it has gone. */
  async #adopt({ digest, object }: ObjectLink, now: number): Promise<boolean> {
    const { registry } = this.#repository;
    const equal = await this.#change.objects.lockLive(registry, this.#page.domain, digest);
    if (equal === undefined) return false;
    const table = this.#isLayers ? this.#change.layers : this.#change.images;
    await table.relink(this.#repository, digest, equal.id);
    await this.#change.reclaim.enqueue({ kind: "object", registry, object, dueAt: now });
    return true;
  }
}

function isSame(now: StoredObject, before: StoredObject): boolean {
  return (
    now.state === "live" &&
    now.domain === before.domain &&
    Buffer.compare(now.wrappedKey, before.wrappedKey) === 0
  );
}

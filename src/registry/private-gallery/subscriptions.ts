import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { AccountId, Registry, RepositoryName } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import { entryNotFound } from "./entries.ts";
import type { GalleryEntry } from "./entry.ts";
import { privateGalleryLimits } from "./private-gallery-limits.ts";
import type { GallerySubscription } from "./subscription.ts";

const tagPrefix = "aws:principaltag/";

/**
 * Has an account told, on its event bus, of what becomes of an entry that shows itself to the principal.
 * Again is as good as once, and goes by the principal's tags of then: by those that the entry asks for.
 * @throws RepositoryNotFound
 * @throws ResourceNotFound where the repository has no entry
 * @throws LimitExceeded when as many subscribe as may
 */
export function subscribe(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  principal: Principal,
): Promise<GallerySubscription> {
  return metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const entry = await change.privateGallery.entry(repository);
    if (entry === undefined) throw entryNotFound(registry, name);
    const others = await change.privateGallery.subscriptions(repository);
    const subscriber = principal.account;
    const before = others.find((each) => each.subscriber === subscriber);
    const { subscriptionsPerEntry } = privateGalleryLimits;
    if (before === undefined && others.length >= subscriptionsPerEntry) {
      const sentence = `No more than ${subscriptionsPerEntry} accounts can subscribe to an entry`;
      throw new RegistryError("LimitExceeded", sentence);
    }
    const subscription: GallerySubscription = {
      ...{ repository: entry.repository, subscriber, principal: principal.arn },
      ...{ tags: tagsOf(principal, entry), createdAt: before?.createdAt ?? clock.now() },
    };
    await change.privateGallery.putSubscription(subscription);
    return subscription;
  });
}

/** Those by which the entry shows itself now. */
function tagsOf(
  { conditions }: Principal,
  { visibility }: GalleryEntry,
): Readonly<Record<string, string>> {
  const tags = Object.keys(visibility.principalTags).flatMap((name) => {
    const key = name.toLowerCase();
    const value = conditions.get(`${tagPrefix}${key}`);
    return typeof value === "string" ? [[key, value] as const] : [];
  });
  return Object.fromEntries(tags);
}

/** The conditions of who subscribed, as far as entries go by them. */
export function conditionsOf({ tags }: GallerySubscription): ReadonlyMap<string, string> {
  return new Map(Object.entries(tags).map(([key, value]) => [`${tagPrefix}${key}`, value]));
}

/**
 * Ends that, whether or not the entry still shows itself.
 * @throws ResourceNotFound where the account has not subscribed: the same where there is no such entry
 */
export async function unsubscribe(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: RepositoryName,
  subscriber: AccountId,
): Promise<void> {
  const isEnded = await metadata.transaction(async (change) => {
    const repository = await change.repositories.find(registry, name);
    return (
      repository !== undefined &&
      (await change.privateGallery.removeSubscription(repository, subscriber))
    );
  });
  if (isEnded) return;
  const sentence = `Account ${subscriber} has no subscription to an entry of '${name}' of account ${registry.account}`;
  throw new RegistryError("ResourceNotFound", sentence);
}

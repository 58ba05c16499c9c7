/** Entries of the private gallery, as a narrow table of the MetadataStore: the same promises. */
import type { AccountId, Region, Registry, RepositoryName } from "../registry/names.ts";
import type { GalleryEntry, GalleryVersion } from "../registry/private-gallery/entry.ts";
import type { GallerySubscription } from "../registry/private-gallery/subscription.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/** Where a listing of a registry's entries stands. */
export interface EntryPosition {
  readonly name: RepositoryName;
  readonly repositoryId: string;
}

/** The same where it goes on to other accounts. */
export interface SharedPosition extends EntryPosition {
  readonly account: AccountId;
}

/** Where a listing of an account's subscriptions stands. */
export interface SubscriptionPosition {
  readonly account: AccountId;
  readonly repositoryId: string;
}

export interface PrivateGalleryReads {
  entry(repository: RepositoryRef): Promise<GalleryEntry | undefined>;
  /** Of a registry, by name; of one name that is there twice, all but one are in the trash. */
  entries(registry: Registry, page: PageRequest<EntryPosition>): Promise<GalleryEntry[]>;
  /** Of all accounts in a region, those that show themselves to others; by account and name. */
  shared(region: Region, page: PageRequest<SharedPosition>): Promise<GalleryEntry[]>;
  /** By name, at most `privateGalleryLimits.versionsPerEntry`. */
  versions(repository: RepositoryRef): Promise<GalleryVersion[]>;
  /** Of an entry, by subscriber, at most `privateGalleryLimits.subscriptionsPerEntry`. */
  subscriptions(repository: RepositoryRef): Promise<GallerySubscription[]>;
  /** Of a subscriber in a region, to entries of all accounts. */
  subscriptionsOf(
    subscriber: Registry,
    page: PageRequest<SubscriptionPosition>,
  ): Promise<GallerySubscription[]>;
}

export interface PrivateGalleryWrites {
  /** In the place of the one that the repository has. */
  putEntry(entry: GalleryEntry): Promise<void>;
  /** And its versions and subscriptions. False when there was none. */
  removeEntry(repository: RepositoryRef): Promise<boolean>;
  /** In the place of one of that name. */
  putVersion(version: GalleryVersion): Promise<void>;
  /** False when there was none. */
  removeVersion(repository: RepositoryRef, version: string): Promise<boolean>;
  /** In the place of the one that the subscriber has. */
  putSubscription(subscription: GallerySubscription): Promise<void>;
  /** False when there was none. */
  removeSubscription(repository: RepositoryRef, subscriber: AccountId): Promise<boolean>;
}

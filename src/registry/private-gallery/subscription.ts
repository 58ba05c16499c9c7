import type { AccountId } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** That an account is told, on its event bus, of what becomes of an entry of the private gallery. */
export interface GallerySubscription {
  /** Of the entry. The subscriber is told in the same region. */
  readonly repository: RepositoryRef;
  readonly subscriber: AccountId;
  /** The ARN of who subscribed, and the tags of that principal, by which the entry showed itself. */
  readonly principal: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

import type { GallerySubscription } from "../../registry/private-gallery/subscription.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** A subscription as its own account is told of it. */
export interface SubscriptionAnswer {
  readonly registryId: string;
  readonly repositoryName: string;
  /** The ARN of who subscribed. */
  readonly principal: string;
  /** Epoch seconds. */
  readonly createdAt: number;
}

export function subscriptionAnswer(
  { repository, principal, createdAt }: GallerySubscription,
  repositoryName: string,
): SubscriptionAnswer {
  const registryId = repository.registry.account;
  return { registryId, repositoryName, principal, createdAt: epochSeconds(createdAt) };
}

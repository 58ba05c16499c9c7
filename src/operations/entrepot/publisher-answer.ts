import type { PublicRegistry } from "../../registry/public/public-registry.ts";
import { epochSeconds } from "../ecr/wire.ts";

export interface PublisherAnswer {
  readonly registryId: string;
  readonly displayName: string;
  /** Seconds since the epoch. */
  readonly verifiedAt?: number | undefined;
}

export function publisherAnswer(registry: PublicRegistry): PublisherAnswer {
  const { account, displayName = "", verifiedAt } = registry;
  return {
    registryId: account,
    displayName,
    verifiedAt: verifiedAt === undefined ? undefined : epochSeconds(verifiedAt),
  };
}

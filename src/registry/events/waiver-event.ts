import type { MetadataChange } from "../../ports/metadata-store.ts";
import { isRepositoryName, repositoryArn } from "../names.ts";
import type { Waiver } from "../scanning/suppressions/waiver.ts";
import { addEvent } from "./new-event.ts";

export interface WaiverAction {
  readonly action: "CREATED" | "CHANGED" | "DELETED" | "EXPIRED";
  /** Of an EXPIRED one, who put it. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Somebody has decided to live with something, or that has come to an end. */
export function addWaiverEvent(
  change: Pick<MetadataChange, "outbox">,
  waiver: Waiver,
  { action, by, at }: WaiverAction,
): Promise<void> {
  const { registry, name, repositoryFilter, vulnerabilityId, packageName, imageDigest } = waiver;
  return addEvent(change, registry, {
    source: "entrepot",
    at,
    detailType: "Entrepot Waiver",
    resources: [repositoryArn(registry, repositoryFilter)],
    detail: {
      ...{ "action-type": action, "waiver-name": name, "repository-filter": repositoryFilter },
      // One repository's is for who may look at that.
      ...(isRepositoryName(repositoryFilter) && { "repository-name": repositoryFilter }),
      ...(vulnerabilityId !== undefined && { "vulnerability-id": vulnerabilityId }),
      ...(packageName !== undefined && { "package-name": packageName }),
      ...(imageDigest !== undefined && { "image-digest": imageDigest }),
      ...{ reason: waiver.reason, owner: waiver.owner, principal: by },
      "expires-at": new Date(waiver.expiresAt).toISOString(),
    },
    partition: `waiver ${name}`,
  });
}

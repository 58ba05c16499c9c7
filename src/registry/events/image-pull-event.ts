import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { addEvent } from "./new-event.ts";

/**
 * The recorded pull time of an image moved: it was pulled since it was told last, how often ever. It
 * comes some seconds later, at most once in `limits.pullTimeGranularityMs` for an image, never for
 * principals whose pulls do not count, and stands in no order with other events of the repository.
 */
export function addPullEvent(
  change: Pick<MetadataChange, "outbox">,
  { registry, name }: Repository,
  pull: { readonly digest: Digest; readonly at: number },
): Promise<void> {
  return addEvent(change, registry, {
    source: "entrepot",
    at: pull.at,
    detailType: "Entrepot Image Pull",
    detail: {
      "repository-name": name,
      "image-digest": pull.digest,
      "last-recorded-pull-time": new Date(pull.at).toISOString(),
    },
  });
}

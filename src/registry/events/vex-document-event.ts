import type { MetadataChange } from "../../ports/metadata-store.ts";
import { isRepositoryName, repositoryArn } from "../names.ts";
import type { StoredVexDocument } from "../scanning/suppressions/vex-document.ts";
import { addEvent } from "./new-event.ts";

export interface VexDocumentAction {
  readonly action: "IMPORTED" | "DELETED";
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A document by which findings may be none was brought, or taken away. */
export function addVexDocumentEvent(
  change: Pick<MetadataChange, "outbox">,
  { registry, name, repositoryFilter, format, authors, statements }: StoredVexDocument,
  { action, by, at }: VexDocumentAction,
): Promise<void> {
  return addEvent(change, registry, {
    source: "entrepot",
    at,
    detailType: "Entrepot VEX Document",
    resources: [repositoryArn(registry, repositoryFilter)],
    detail: {
      ...{ "action-type": action, "document-name": name, "repository-filter": repositoryFilter },
      // One repository's is for who may look at that.
      ...(isRepositoryName(repositoryFilter) && { "repository-name": repositoryFilter }),
      ...{ format, authors, statements, principal: by },
    },
    partition: `vex ${name}`,
  });
}

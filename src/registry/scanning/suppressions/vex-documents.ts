import type { SuppressionHead } from "../../../ports/suppression-store.ts";
import { addVexDocumentEvent } from "../../events/vex-document-event.ts";
import type { Registry } from "../../names.ts";
import { matchesWildcard } from "../../wildcard.ts";
import { openSuppression, sealSuppression, versionOf } from "./sealed-suppression.ts";
import {
  type Filtered,
  findSuppression,
  putSuppression,
  type ReadSuppression,
  removeSuppression,
  type SuppressionPorts,
  suppressionKey,
} from "./stored-suppressions.ts";
import { suppressionLimits } from "./suppression-limits.ts";
import { checkedVex, indexVex, type StoredVexDocument, type VexIndex } from "./vex-document.ts";

export function findVexDocument(
  ports: SuppressionPorts,
  registry: Registry,
  name: string,
): Promise<ReadSuppression<StoredVexDocument> | undefined> {
  return findSuppression<StoredVexDocument>(ports, suppressionKey(registry, "VEX", name));
}

/**
 * Keeps a document, or puts it into the place of what had its name, and tells of it.
 * @param before what the caller may replace: what was there when that was judged
 * @throws InvalidParameter for what is no VEX document, or not all of one
 * @throws LimitExceeded, ConcurrentModification, ResourceNotFound as `putSuppression` does
 */
export async function importVexDocument(
  ports: SuppressionPorts,
  registry: Registry,
  { name, repositoryFilter, text }: Filtered & Pick<StoredVexDocument, "text">,
  before: ReadSuppression | undefined,
  importedBy: string,
): Promise<StoredVexDocument> {
  const { format, authors, statements } = checkedVex(text);
  const at = ports.clock.now();
  const key = suppressionKey(registry, "VEX", name);
  const document: StoredVexDocument = {
    ...{ registry: key.registry, name, repositoryFilter, format, authors, statements, text },
    ...{ importedBy, importedAt: at },
  };
  const sealed = await sealSuppression(ports, key, document, undefined);
  const most = suppressionLimits.vexDocumentsPerRegistry;
  await putSuppression(ports, sealed, before, most, (change) =>
    addVexDocumentEvent(change, document, { action: "IMPORTED", by: importedBy, at }),
  );
  return document;
}

/** @throws ResourceNotFound, ConcurrentModification as `removeSuppression` does */
export async function deleteVexDocument(
  ports: SuppressionPorts,
  registry: Registry,
  read: ReadSuppression<StoredVexDocument>,
  by: string,
): Promise<void> {
  const { document } = read;
  const at = ports.clock.now();
  const key = suppressionKey(registry, "VEX", document.name);
  await removeSuppression(ports, key, read, (change) =>
    addVexDocumentEvent(change, document, { action: "DELETED", by, at }),
  );
}

/** What they say; those that are gone meanwhile are left out. */
export async function openVexDocuments(
  ports: SuppressionPorts,
  heads: readonly SuppressionHead[],
): Promise<StoredVexDocument[]> {
  const documents: StoredVexDocument[] = [];
  for (const head of heads) {
    const found = await findVexDocument(ports, head.registry, head.name);
    if (found !== undefined) documents.push(found.document);
  }
  return documents;
}

/** A document that counts for an image. */
export interface CountingVex {
  /** What it is called: its name, or the digest of what attaches it. */
  readonly id: string;
  readonly index: VexIndex;
}

/** Those that were brought and count for a repository. */
export async function importedFor(
  ports: SuppressionPorts,
  registry: Registry,
  repositoryName: string,
): Promise<CountingVex[]> {
  const limit = suppressionLimits.vexDocumentsPerRegistry;
  const heads = await ports.metadata.suppressions.list(registry, "VEX", { limit });
  const counting: CountingVex[] = [];
  for (const head of heads) {
    const known = await remembered(ports, head);
    if (known === undefined || !matchesWildcard(known.repositoryFilter, repositoryName)) continue;
    counting.push({ id: head.name, index: known.index });
  }
  return counting;
}

async function remembered(ports: SuppressionPorts, head: SuppressionHead) {
  const { vexDocuments } = ports.memory;
  const known = vexDocuments.get(versionOf(head));
  if (known !== undefined) return known;
  const stored = await ports.metadata.suppressions.find(head);
  if (stored === undefined) return undefined;
  const document = (await openSuppression(ports, stored)) as StoredVexDocument;
  const index = indexVex(Buffer.from(document.text), false);
  const { repositoryFilter } = document;
  vexDocuments.set(versionOf(stored), { repositoryFilter, index });
  return { repositoryFilter, index };
}

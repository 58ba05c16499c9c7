import type { Ports } from "../../../ports/ports.ts";
import type { Image } from "../../images/image.ts";
import type { Digest } from "../../names.ts";
import type { Repository } from "../../repositories/repository.ts";
import {
  type AttachedDocument,
  attachedDocuments,
  documentBytes,
} from "../attached/attached-documents.ts";
import { vexTypes } from "../attached/attached-types.ts";
import { FileRefused } from "../file-analyzer.ts";
import { suppressionLimits } from "./suppression-limits.ts";
import { indexVex, type VexIndex } from "./vex-document.ts";
import type { CountingVex } from "./vex-documents.ts";
import { vexPolicy } from "./vex-policy.ts";

/**
 * VEX documents that are attached to an image and count for it, as the registry's policy says. What is
 * none, or is larger than is looked at, counts for nothing.
 * @throws Kms when the repository's key may not be used
 */
export async function attachedVex(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<CountingVex[]> {
  const { attachedDocuments: counts } = await vexPolicy(ports, repository.registry);
  if (counts === "NONE") return [];
  const most = suppressionLimits.attachedPerImage;
  const { documents } = await attachedDocuments(ports, repository, image, vexTypes, most);
  const counting = counts === "ALL" ? documents : await vouchedFor(ports, repository, documents);
  const read: CountingVex[] = [];
  for (const document of counting.slice(0, most)) {
    const index = await indexOf(ports, repository, document);
    if (index === undefined || !isAbout(index, document, image.digest)) continue;
    read.push({ id: document.manifest, index });
  }
  return read;
}

/**
 * Whoever pushes an index may list any image and any attestation in it. That one is about the other, only
 * the attestation itself can say, which somebody answers for.
 */
function isAbout({ subjects }: VexIndex, { isByIndex }: AttachedDocument, digest: Digest): boolean {
  return !isByIndex || subjects?.includes(digest) === true;
}

async function vouchedFor(
  { metadata }: Ports,
  repository: Repository,
  documents: readonly AttachedDocument[],
): Promise<AttachedDocument[]> {
  const manifests = [...new Set(documents.map(({ manifest }) => manifest))];
  const vouched = await metadata.suppressions.vouched(repository, manifests);
  const digests = new Set(vouched.map(({ digest }) => digest));
  return documents.filter(({ manifest }) => digests.has(manifest));
}

/** From memory where it was read before: what an object holds never changes. */
async function indexOf(
  ports: Ports,
  repository: Repository,
  document: AttachedDocument,
): Promise<VexIndex | undefined> {
  const { attachedBytes } = suppressionLimits;
  const bytes = await documentBytes(ports, repository, document, attachedBytes);
  if (bytes === undefined) return undefined;
  const { attachedVex: remembered } = ports.memory;
  const known = remembered.get(bytes.object);
  if (known !== undefined) return known === "none" ? undefined : known;
  const index = readIndex(await bytes.read());
  remembered.set(bytes.object, index ?? "none");
  return index;
}

function readIndex(content: Buffer): VexIndex | undefined {
  try {
    return indexVex(content, true);
  } catch (error) {
    if (error instanceof FileRefused) return undefined;
    throw error;
  }
}

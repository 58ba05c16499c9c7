import type { Ports } from "../../../ports/ports.ts";
import type { Image } from "../../images/image.ts";
import type { Repository } from "../../repositories/repository.ts";
import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import type { ImageInventory, InstalledPackage } from "../image-inventory.ts";
import type { ScannedImage } from "../inventory-image.ts";
import { PackageList } from "../language-packages/package-list.ts";
import type { UnreadFile } from "../layer-inventory.ts";
import { marksOfInventory, sketchOf } from "../name-sketch.ts";
import { readSbom } from "../sbom/read-sbom.ts";
import { sealDocument } from "../sealed-document.ts";
import { type AttachedDocument, attachedDocuments, documentBytes } from "./attached-documents.ts";
import { sbomTypes } from "./attached-types.ts";

/** By what packages are told apart that a bill of materials alone tells of. */
export const attachedSbom = "attached-sbom";

/** Bounds of what is read of bills of materials that are attached to an image. */
export const attachedSbomLimits = {
  /** Manifests, of an image or an index, and documents of each. */
  documents: 20,
  documentBytes: 32 * 1024 * 1024,
} as const;

/**
 * What is in an image, with what bills of materials that are attached to it tell: of kinds of package of
 * which its layers tell nothing. They say more than the layers, never other than these. What is known is
 * kept where it is other than before.
 * @throws Kms when the repository's key may not be used
 */
export async function withAttached(
  ports: Ports,
  repository: Repository,
  image: Image,
  scanned: ScannedImage,
): Promise<ScannedImage> {
  const layers = ofLayers(scanned.inventory);
  const told = await attachedPackages(ports, repository, image, layers);
  if (told.packages.length + told.unread.length === 0 && isSame(layers, scanned.inventory)) {
    return scanned;
  }
  const inventory: ImageInventory = {
    ...layers,
    packages: [...layers.packages, ...told.packages],
    unread: [...layers.unread, ...told.unread],
  };
  if (JSON.stringify(inventory) === JSON.stringify(scanned.inventory)) return scanned;
  const complete = { ...scanned, inventory };
  await keep(ports, repository, image, complete);
  return complete;
}

/** What layers alone tell. */
export function ofLayers(inventory: ImageInventory): ImageInventory {
  return {
    ...inventory,
    packages: inventory.packages.filter(({ analyzer }) => analyzer !== attachedSbom),
    unread: inventory.unread.filter(({ analyzer }) => analyzer !== attachedSbom),
  };
}

/** Of what is left of an inventory: nothing was left out. */
function isSame(layers: ImageInventory, { packages, unread }: ImageInventory): boolean {
  return layers.packages.length === packages.length && layers.unread.length === unread.length;
}

interface Told {
  readonly packages: readonly InstalledPackage[];
  readonly unread: readonly UnreadFile[];
}

async function attachedPackages(
  ports: Ports,
  repository: Repository,
  image: Image,
  layers: ImageInventory,
): Promise<Told> {
  const { documents: most } = attachedSbomLimits;
  const { documents, isCut } = await attachedDocuments(ports, repository, image, sbomTypes, most);
  const kinds = new Set(layers.packages.map(({ type }) => kindOf(type)));
  const unread: UnreadFile[] = [];
  const found = new Map<string, InstalledPackage>();
  const refuse = (path: string, reason: string) =>
    unread.push({ path, analyzer: attachedSbom, reason });
  for (const document of documents.slice(0, most)) {
    try {
      for (const each of await packagesOf(ports, repository, document)) {
        if (kinds.has(kindOf(each.type))) continue;
        const { type, namespace = "", name, version, architecture = "" } = each;
        const key = JSON.stringify([type, namespace, name, version, architecture]);
        if (!found.has(key)) found.set(key, installed(each, document));
      }
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      // Attestations are of many things: only what is said to be a bill of materials is missed.
      if (isSbomType(document.mediaType)) refuse(document.manifest, error.message);
    }
  }
  if (isCut || documents.length > most) {
    refuse(image.digest, `more than ${most} documents are attached: not all were read`);
  }
  return { packages: [...found.values()], unread };
}

/** A system has one package manager: what layers tell of that one is all. */
function kindOf(type: FoundPackage["type"]): string {
  return type === "deb" || type === "apk" || type === "rpm" ? "system" : type;
}

function isSbomType(mediaType: string): boolean {
  return mediaType.includes("cyclonedx") || mediaType.includes("spdx");
}

/** @throws FileRefused for what is no bill of materials, or is not here */
async function packagesOf(
  ports: Ports,
  repository: Repository,
  document: AttachedDocument,
): Promise<readonly FoundPackage[]> {
  const { documentBytes: mostBytes } = attachedSbomLimits;
  const bytes = await documentBytes(ports, repository, document, mostBytes);
  if (bytes === undefined) throw new FileRefused(`not here, or larger than ${mostBytes} bytes`);
  const list = new PackageList();
  for (const each of readSbom(await bytes.read()).packages) list.add(each);
  return list.packages;
}

/** Where it is: in the manifest that attaches it, and in the document that is its layer. */
function installed(found: FoundPackage, { manifest, digest }: AttachedDocument): InstalledPackage {
  const { inside: _, ...rest } = found;
  return {
    ...rest,
    ...{ path: manifest, analyzer: attachedSbom, layerDiffId: digest, isSystemOwned: false },
  };
}

async function keep(
  ports: Ports,
  repository: Repository,
  image: Image,
  complete: ScannedImage,
): Promise<void> {
  const sealed = await sealDocument(ports, repository, image, "inventory", complete);
  const names = sketchOf(ports, repository.registry, marksOfInventory(complete.inventory));
  await ports.metadata.transaction(async (change) => {
    if ((await change.repositories.lockById(repository)) === undefined) return; // For `keepSketches`.
    const known = await change.scans.inventory(repository, image.digest);
    if (known === undefined) return;
    const current = await change.images.find(repository, image.digest);
    if (current?.object !== image.object) return; // Another look would find it sealed anew.
    const { madeBy } = known;
    await change.scans.putInventory(repository, image.digest, { ...sealed, madeBy, names });
  });
}

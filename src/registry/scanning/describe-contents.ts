import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import { repositoryUri } from "../deployment.ts";
import { RegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { activeImage, type NamedImage, notLookedInto } from "./active-image.ts";
import type { Advice } from "./advice/advice.ts";
import { adviceLimits } from "./advice/advice-limits.ts";
import { adviseOnImage } from "./advice/advise-on-image.ts";
import { parseImageConfig } from "./advice/image-config.ts";
import type { NewerBases } from "./advice/newer-base.ts";
import { FileRefused } from "./file-analyzer.ts";
import { knownInventory, readContents, type ScannedImage } from "./inventory-image.ts";
import type { LayerInventory } from "./layer-inventory.ts";
import { LayerRefused } from "./layer-refused.ts";
import { pathParts } from "./path-parts.ts";
import type { SbomSubject } from "./sbom/sbom-subject.ts";
import { writeCycloneDx } from "./sbom/write-cyclonedx.ts";
import { writeSpdx } from "./sbom/write-spdx.ts";
import { ScanRefusal } from "./scan-refusal.ts";
import { scanningLimits } from "./scanning-limits.ts";

export const sbomFormats = ["CYCLONEDX_1_6", "SPDX_2_3"] as const;
export type SbomFormat = (typeof sbomFormats)[number];
/** Those that can be written: Inspector asks for an older CycloneDX. */
export type WrittenSbomFormat = SbomFormat | "CYCLONEDX_1_4";

/**
 * The bill of materials of an image that was scanned: JSON in that format.
 * @throws RepositoryNotFound, ImageNotFound, Kms
 * @throws ImageArchived for an image that can not be pulled now
 * @throws ScanNotFound for one that was not looked into yet
 */
export async function describeSbom(
  ports: Ports,
  deployment: Deployment,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  format: SbomFormat,
): Promise<{ readonly image: Image; readonly text: string }> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const known = await knownInventory(ports, repository, image);
  if (known === undefined) throw notLookedInto(name, image);
  const [tag] = image.tags;
  const uri = repositoryUri(deployment, registry, name);
  const text = writeSbom(format, {
    ...{ name: tag === undefined ? uri : `${uri}:${tag}`, digest: image.digest },
    ...{ known, writtenAt: ports.clock.now(), toolVersion: deployment.version },
  });
  return { image, text };
}

/** The text of a bill of materials in that format. */
export function writeSbom(
  format: WrittenSbomFormat,
  {
    known: { inventory, config },
    ...subject
  }: Pick<SbomSubject, "name" | "digest" | "writtenAt" | "toolVersion"> & {
    readonly known: ScannedImage;
  },
): string {
  const { os, architecture } = config;
  const whole = { ...subject, inventory, os, architecture };
  if (format === "SPDX_2_3") return writeSpdx(whole);
  return writeCycloneDx(whole, format === "CYCLONEDX_1_4" ? "1.4" : "1.6");
}

/** Looks for what an image could stand on instead of what it was built on. */
export type FindNewerBases = (
  repository: Repository,
  image: Image,
) => Promise<NewerBases | undefined>;

/**
 * What a reviewer would say of an image that was scanned, the worst first.
 * @param findNewerBases what is known of its base, and may be told
 * @throws as `describeSbom` does
 * @throws InvalidParameter for one whose config is no config, or larger than is looked at, and for one whose
 *   layers are refused or have more paths than are looked at
 */
export async function describeAdvice(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  findNewerBases: FindNewerBases,
): Promise<{ readonly image: Image; readonly advice: readonly Advice[] }> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const known = await knownInventory(ports, repository, image);
  if (known === undefined) throw notLookedInto(name, image);
  try {
    const { layers, config, annotations } = await readContents(ports, repository, image);
    if (config.length > scanningLimits.advisedConfigBytes) throw new FileRefused("is too large");
    requireFewPaths(layers);
    const bases = await findNewerBases(repository, image);
    const advice = adviseOnImage({
      ...{ config: parseImageConfig(config), layers, inventory: known.inventory },
      ...(annotations && { annotations }),
      ...{ newerBase: bases?.newer, laterBases: bases?.later },
    });
    return { image, advice };
  } catch (error) {
    const isConfig = error instanceof FileRefused || error instanceof ScanRefusal;
    if (!isConfig && !(error instanceof LayerRefused)) throw error;
    const part = isConfig ? "config" : "layers";
    throw new RegistryError(
      "InvalidParameter",
      `The image's ${part} can't be read: ${error.message}`,
    );
  }
}

/** What is made of them takes memory in proportion, while somebody waits. */
function requireFewPaths(layers: readonly LayerInventory[]): void {
  const { pathParts: most } = adviceLimits;
  let parts = 0;
  for (const layer of layers) {
    parts += pathParts(layer);
    if (parts > most) throw new LayerRefused("too-large", `there are more than ${most} paths`);
  }
}

import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import { repositoryUri } from "../deployment.ts";
import { RegistryError } from "../errors.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Advice } from "./advice/advice.ts";
import { adviseOnImage } from "./advice/advise-on-image.ts";
import { parseImageConfig } from "./advice/image-config.ts";
import { FileRefused } from "./file-analyzer.ts";
import { knownInventory, readContents } from "./inventory-image.ts";
import { writeCycloneDx } from "./sbom/write-cyclonedx.ts";
import { writeSpdx } from "./sbom/write-spdx.ts";
import { ScanRefusal } from "./scan-refusal.ts";
import { scanningLimits } from "./scanning-limits.ts";

export const sbomFormats = ["CYCLONEDX_1_6", "SPDX_2_3"] as const;
export type SbomFormat = (typeof sbomFormats)[number];

interface Named {
  readonly digest?: Digest | undefined;
  readonly tag?: Tag | undefined;
}

interface Found {
  readonly repository: Repository;
  readonly image: ImageWithTags;
}

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
  id: Named,
  format: SbomFormat,
): Promise<{ readonly image: Image; readonly text: string }> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const known = await knownInventory(ports, repository, image);
  if (known === undefined) throw notLookedInto(name, image);
  const [tag] = image.tags;
  const uri = repositoryUri(deployment, registry, name);
  const { os, architecture } = known.config;
  const write = format === "SPDX_2_3" ? writeSpdx : writeCycloneDx;
  const text = write({
    ...{ name: tag === undefined ? uri : `${uri}:${tag}`, digest: image.digest, os, architecture },
    ...{
      inventory: known.inventory,
      writtenAt: ports.clock.now(),
      toolVersion: deployment.version,
    },
  });
  return { image, text };
}

/**
 * What a reviewer would say of an image that was scanned, the worst first.
 * @throws as `describeSbom` does
 * @throws InvalidParameter for one whose config is no config, or larger than is looked at
 */
export async function describeAdvice(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: Named,
): Promise<{ readonly image: Image; readonly advice: readonly Advice[] }> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const known = await knownInventory(ports, repository, image);
  if (known === undefined) throw notLookedInto(name, image);
  try {
    const { layers, config } = await readContents(ports, repository, image);
    if (config.length > scanningLimits.advisedConfigBytes) throw new FileRefused("is too large");
    const { inventory } = known;
    const advice = adviseOnImage({ config: parseImageConfig(config), layers, inventory });
    return { image, advice };
  } catch (error) {
    if (!(error instanceof FileRefused || error instanceof ScanRefusal)) throw error;
    throw new RegistryError(
      "InvalidParameter",
      `The image's config can't be read: ${error.message}`,
    );
  }
}

async function activeImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: Named,
): Promise<Found> {
  const repository = await findRepository(ports, registry, name);
  const image = await describeImage(ports, registry, name, id);
  if (image.state === "ACTIVE") return { repository, image };
  throw new RegistryError("ImageArchived", `The image with digest '${image.digest}' is archived`);
}

function notLookedInto(name: RepositoryName, { digest }: Image): RegistryError {
  return new RegistryError(
    "ScanNotFound",
    `The image '${digest}' in the repository '${name}' was not scanned yet`,
  );
}

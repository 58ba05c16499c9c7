import type { Ports } from "../../ports/ports.ts";
import { type Deployment, repositoryUri } from "../deployment.ts";
import type { Image } from "../images/image.ts";
import { pushReferrer, referrerOf } from "../images/push-referrer.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { activeImage, type NamedImage, notLookedInto } from "./active-image.ts";
import { ofLayers } from "./attached/attached-packages.ts";
import { type SbomFormat, writeSbom } from "./describe-contents.ts";
import { knownInventory } from "./inventory-image.ts";

const artifactTypes: Readonly<Record<SbomFormat, string>> = {
  CYCLONEDX_1_6: "application/vnd.cyclonedx+json",
  SPDX_2_3: "application/spdx+json",
};

/** What was attached, and to what. */
export interface AttachedSbom {
  readonly image: Image;
  readonly sbom: Pick<Image, "digest" | "artifactType">;
  /** It was not there before. */
  readonly isNew: boolean;
}

/**
 * Attaches the bill of materials of an image that was scanned to that image, as a manifest with it as
 * its subject: pushed as any push is. What layers tell is in it, and nothing that somebody else attached.
 * Its time is that of the image's push, so that the same is attached once, however often it is asked for.
 * Source: OCI 1.1, "Guidelines for Artifact Usage".
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived, ScanNotFound, Kms as `describeSbom` does
 * @throws LimitExceeded, Throttling, ServiceUnavailable as a push is refused
 */
export async function attachSbom(
  ports: Ports,
  deployment: Deployment,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  format: SbomFormat,
): Promise<AttachedSbom> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const scanned = await knownInventory(ports, repository, image);
  if (scanned === undefined) throw notLookedInto(name, image);
  const text = writeSbom(format, {
    ...{ name: repositoryUri(deployment, registry, name), digest: image.digest },
    known: { ...scanned, inventory: ofLayers(scanned.inventory) },
    ...{ writtenAt: image.pushedAt, toolVersion: deployment.version },
  });
  const mediaType = artifactTypes[format];
  const referrer = referrerOf(image, {
    artifactType: mediaType,
    layer: { mediaType, content: Buffer.from(text) },
  });
  const known = await ports.metadata.images.find(repository, referrer.digest);
  if (known?.state === "ACTIVE") return { image, sbom: known, isNew: false };
  return { image, sbom: await pushReferrer(ports, registry, name, referrer), isNew: true };
}

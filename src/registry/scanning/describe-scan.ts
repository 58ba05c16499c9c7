import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { describeIndexScan } from "./describe-index-scan.ts";
import type { ImageScan } from "./image-scan.ts";
import { scanOf } from "./platform-scans.ts";
import { reportImage } from "./report-image.ts";
import { isOfNow } from "./request-scan.ts";
import type { ScanReport } from "./scan-report.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";

/**
 * The last scan of an image, of the type by which the registry is scanned now: what the other one found
 * is shown again once that is set again. Source: ECR API, DescribeImageScanFindings; spec 8.1.
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ScanNotFound for an image that was never scanned so, and for an index of such alone
 * @throws Kms when the repository's key may not be used
 */
export async function describeScan(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined },
): Promise<ScanReport> {
  const repository = await findRepository(ports, registry, name);
  const image = await describeImage(ports, registry, name, id);
  const nothing = { repository, image, scan: undefined, findings: [], config: undefined };
  if (image.state !== "ACTIVE") return nothing;
  const report = isIndexType(image.mediaType)
    ? await describeIndexScan(ports, repository, image)
    : await reportLast(ports, repository, image);
  if (report === undefined) {
    const named = `imageDigest:'${id.digest ?? null}', imageTag:'${id.tag ?? null}'`;
    throw new RegistryError(
      "ScanNotFound",
      `Image scan does not exist for the image with '{${named}}' in the repository with name '${name}' in the registry with id '${registry.account}'`,
    );
  }
  return report;
}

async function reportLast(
  ports: Ports,
  repository: Repository,
  image: ImageWithTags,
): Promise<ScanReport | undefined> {
  const scan = await scanOf(ports, repository, image);
  return scan && reportImage(ports, repository, image, scan);
}

/** The scans that hold for several images of one repository now, by digest. Archived ones have none. */
export async function scansOf(
  ports: Pick<Ports, "metadata">,
  repository: Repository,
  images: readonly Image[],
): Promise<ReadonlyMap<Digest, ImageScan>> {
  const { type } = await scanningConfiguration(ports, repository.registry);
  const active = new Map(
    images.filter(({ state }) => state === "ACTIVE").map((image) => [image.digest, image]),
  );
  const found = await ports.metadata.scans.findMany(repository, type, [...active.keys()]);
  const held = found.filter((scan) => isOfNow(scan, active.get(scan.digest)!));
  return new Map(held.map((scan) => [scan.digest, scan]));
}

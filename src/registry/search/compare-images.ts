import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { ImageWithTags } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { activeImage, type NamedImage } from "../scanning/active-image.ts";
import type { ImageFinding } from "../scanning/image-finding.ts";
import { severityRank } from "../scanning/severity/severity-rank.ts";
import { type ConfigChange, compareConfigs } from "./compare-configs.ts";
import { comparePackages, type PackageComparison } from "./compare-packages.ts";
import { type ListedImage, type ListedLayer, listedImage } from "./image-layers.ts";
import { type ListedPackage, lastFindings, packagesOf } from "./image-packages.ts";

export interface ComparedImage {
  readonly name: RepositoryName;
  readonly image: ImageWithTags;
  readonly listed: ListedImage;
  /** Absent where nobody looked into it. */
  readonly packages: readonly ListedPackage[] | undefined;
  /** Absent where no scan has ended with a result. */
  readonly findings: readonly ImageFinding[] | undefined;
}

export interface FindingComparison {
  /** The worst first. */
  readonly gained: readonly ImageFinding[];
  readonly lost: readonly ImageFinding[];
  readonly same: number;
}

export interface ImageComparison {
  readonly from: ComparedImage;
  readonly to: ComparedImage;
  /** Absent where of one image it is not known: that is not the same as no difference. */
  readonly packages: PackageComparison | undefined;
  readonly findings: FindingComparison | undefined;
  readonly layers: {
    readonly shared: readonly ListedLayer[];
    readonly onlyFrom: readonly ListedLayer[];
    readonly onlyTo: readonly ListedLayer[];
  };
  readonly config: readonly ConfigChange[];
}

export interface AskedImage {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly id: NamedImage;
}

/**
 * What differs between two images.
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived, Kms
 * @throws UnsupportedImageType of an index: its images are compared
 */
export async function compareImages(
  ports: Ports,
  asked: { readonly from: AskedImage; readonly to: AskedImage },
): Promise<ImageComparison> {
  const from = await comparedImage(ports, asked.from);
  const to = await comparedImage(ports, asked.to);
  const knowsPackages = from.packages !== undefined && to.packages !== undefined;
  const knowsFindings = from.findings !== undefined && to.findings !== undefined;
  return {
    ...{ from, to },
    packages: knowsPackages ? comparePackages(from.packages, to.packages) : undefined,
    findings: knowsFindings ? compareFindings(from.findings, to.findings) : undefined,
    layers: compareLayers(from.listed.layers, to.listed.layers),
    config: compareConfigs(from.listed.config, to.listed.config),
  };
}

async function comparedImage(
  ports: Ports,
  { registry, name, id }: AskedImage,
): Promise<ComparedImage> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  if (isIndexType(image.mediaType)) {
    const sentence = `'${image.digest}' is an index: name one of the images that it lists`;
    throw new RegistryError("UnsupportedImageType", sentence);
  }
  const [listed, packages, findings] = await Promise.all([
    listedImage(ports, repository, image),
    knownPackages(packagesOf(ports, repository, image)),
    lastFindings(ports, repository, image),
  ]);
  return { name, image, listed, packages, findings };
}

async function knownPackages(asked: ReturnType<typeof packagesOf>) {
  try {
    return (await asked).all;
  } catch (error) {
    if (error instanceof RegistryError && error.kind === "ScanNotFound") return undefined;
    throw error;
  }
}

/** A vulnerability is the same in another version of the same package. */
export function compareFindings(
  from: readonly ImageFinding[],
  to: readonly ImageFinding[],
): FindingComparison {
  const key = ({ vulnerabilityId, package: of }: ImageFinding) =>
    [vulnerabilityId, of.type, of.name].join("\0");
  const before = new Map(from.map((finding) => [key(finding), finding]));
  const after = new Map(to.map((finding) => [key(finding), finding]));
  const gained = [...after].filter(([each]) => !before.has(each)).map(([, finding]) => finding);
  const lost = [...before].filter(([each]) => !after.has(each)).map(([, finding]) => finding);
  return {
    ...{ gained: gained.sort(worstFirst), lost: lost.sort(worstFirst) },
    same: after.size - gained.length,
  };
}

function worstFirst(one: ImageFinding, other: ImageFinding): number {
  return (
    severityRank(other.severity) - severityRank(one.severity) ||
    (one.vulnerabilityId < other.vulnerabilityId ? -1 : 1)
  );
}

/** Whichever places they have; a layer that an image has twice counts once, as it is pulled. */
function compareLayers(from: readonly ListedLayer[], to: readonly ListedLayer[]) {
  const before = new Map(from.map((layer) => [layer.digest, layer]));
  const after = new Map(to.map((layer) => [layer.digest, layer]));
  return {
    shared: [...after.values()].filter(({ digest }) => before.has(digest)),
    onlyFrom: [...before.values()].filter(({ digest }) => !after.has(digest)),
    onlyTo: [...after.values()].filter(({ digest }) => !before.has(digest)),
  };
}

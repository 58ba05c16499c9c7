import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import type { ImageFinding } from "../../registry/scanning/image-finding.ts";
import {
  type ComparedImage,
  compareImages as compare,
  type FindingComparison,
} from "../../registry/search/compare-images.ts";
import type { PackageComparison } from "../../registry/search/compare-packages.ts";
import type { ListedLayer } from "../../registry/search/image-layers.ts";
import { searchLimits } from "../../registry/search/search-limits.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

interface Image {
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imageSizeInBytes: number;
  readonly imagePushedAt: number;
  /** Whether packages, and findings, are known. */
  readonly hasPackages: boolean;
  readonly hasFindings: boolean;
}

interface Packages {
  /** How many there are of each kind; `SAME` too. */
  readonly counts: Readonly<Record<string, number>>;
  /** Some, if there are very many. */
  readonly changes: readonly {
    readonly change: string;
    readonly name: string;
    readonly type: string;
    readonly fromVersions: readonly string[];
    readonly toVersions: readonly string[];
  }[];
}

interface FindingRow {
  readonly change: "NEW" | "FIXED";
  readonly vulnerabilityId: string;
  readonly severity: string;
  readonly packageName: string;
  readonly packageType: string;
  readonly packageVersion: string;
  readonly fixedInVersion?: string;
}

interface Layers {
  readonly layers: readonly { readonly layerDigest: string; readonly sizeInBytes: number }[];
  readonly sizeInBytes: number;
}

interface Answer {
  readonly from: Image;
  readonly to: Image;
  /** Absent where one of the images was not looked into: that is not the same as no change. */
  readonly packages?: Packages;
  readonly findings?: {
    readonly counts: Readonly<Record<"NEW" | "FIXED" | "SAME", number>>;
    /** New ones first, of each kind the worst first; some, if there are very many. */
    readonly changes: readonly FindingRow[];
  };
  readonly layers: { readonly shared: Layers; readonly onlyFrom: Layers; readonly onlyTo: Layers };
  /** Without what looks secret. */
  readonly config: readonly {
    readonly setting: string;
    readonly from?: string;
    readonly to?: string;
  }[];
}

const image = z.object({ repositoryName, imageId: imageIdentifier });

/**
 * What differs between two images of a registry, of one repository or of two: packages, findings, layers and
 * config. The caller needs the right to both.
 */
export const compareImages = operation("entrepot:CompareImages", {
  input: request({ registryId, from: image, to: image }),
  resource: ({ registryId, from }, caller) =>
    repositoryResource({ registryId, repositoryName: from.repositoryName }, caller),
  further: ({ registryId, to: { repositoryName, imageId } }, caller) => [
    {
      action: "entrepot:CompareImages",
      resource: repositoryResource({ registryId, repositoryName }, caller),
      conditions: imageTagConditions([imageId.imageTag]),
    },
  ],
  conditions: ({ from: { imageId } }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: [
    "ImageArchived",
    "ImageNotFound",
    "InvalidParameter",
    "Kms",
    "RepositoryNotFound",
    "UnsupportedImageType",
  ],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const asked = ({ repositoryName: name, imageId }: z.output<typeof image>) => ({
      ...{ registry, name, id: namedImage(imageId) },
    });
    const found = await compare(ports, { from: asked(input.from), to: asked(input.to) });
    const { packages, findings, layers } = found;
    return {
      ...{ from: imageAnswer(found.from), to: imageAnswer(found.to) },
      ...(packages !== undefined && { packages: packagesAnswer(packages) }),
      ...(findings !== undefined && { findings: findingsAnswer(findings) }),
      layers: {
        shared: layersAnswer(layers.shared),
        onlyFrom: layersAnswer(layers.onlyFrom),
        onlyTo: layersAnswer(layers.onlyTo),
      },
      config: found.config.map(({ setting, from, to }) => ({
        setting,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      })),
    };
  },
});

function imageAnswer({ name, image: each, packages, findings }: ComparedImage): Image {
  return {
    ...{ repositoryName: name, imageDigest: each.digest, imageTags: each.tags },
    ...{ imageSizeInBytes: each.sizeBytes, imagePushedAt: epochSeconds(each.pushedAt) },
    ...{ hasPackages: packages !== undefined, hasFindings: findings !== undefined },
  };
}

function packagesAnswer({ changes, same }: PackageComparison): Packages {
  const counts: Record<string, number> = { SAME: same };
  for (const { change } of changes) counts[change] = (counts[change] ?? 0) + 1;
  const shown = changes.slice(0, searchLimits.comparedRows);
  return {
    counts,
    changes: shown.map(({ change, name, type, from, to }) => ({
      ...{ change, name, type, fromVersions: from, toVersions: to },
    })),
  };
}

function findingsAnswer({ gained, lost, same }: FindingComparison) {
  const rows = [
    ...gained.map((finding) => findingRow("NEW", finding)),
    ...lost.map((finding) => findingRow("FIXED", finding)),
  ];
  return {
    counts: { NEW: gained.length, FIXED: lost.length, SAME: same },
    changes: rows.slice(0, searchLimits.comparedRows),
  };
}

function findingRow(
  change: FindingRow["change"],
  { vulnerabilityId, severity, package: of, fixedVersion }: ImageFinding,
): FindingRow {
  return {
    ...{ change, vulnerabilityId, severity, packageName: of.name, packageType: of.type },
    packageVersion: of.version,
    ...(fixedVersion !== undefined && { fixedInVersion: fixedVersion }),
  };
}

function layersAnswer(layers: readonly ListedLayer[]): Layers {
  return {
    layers: layers.map(({ digest, sizeBytes }) => ({
      layerDigest: digest,
      sizeInBytes: sizeBytes,
    })),
    sizeInBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

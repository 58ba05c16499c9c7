import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { packageTypes } from "../../registry/scanning/found-package.ts";
import type { SeverityCounts } from "../../registry/scanning/image-scan.ts";
import { packageUrl } from "../../registry/scanning/package-url.ts";
import {
  type ImagePackages,
  type ListedPackage,
  listPackages,
  packageSorts,
} from "../../registry/search/image-packages.ts";
import { searchLimits } from "../../registry/search/search-limits.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import {
  imageIdentifier,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
  storedDigest,
} from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { searchPageDefault } from "./search-page.ts";

/** A package as a row. */
interface PackageRow {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly architecture?: string;
  readonly packageUrl: string;
  readonly licenses: readonly string[];
  /** The file that records it, and where inside of that it stands. */
  readonly filePath: string;
  readonly insidePath?: string;
  readonly layerDigest?: string;
  readonly layerDiffId: string;
  /** Absent where no scan has ended with a result. */
  readonly findingSeverityCounts?: SeverityCounts;
}

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly distribution?: string;
  /** Of all pages. */
  readonly totalCount: number;
  /** Of the whole image. */
  readonly typeCounts: Readonly<Partial<Record<string, number>>>;
  readonly packages: readonly PackageRow[];
  /** Files that may tell of more packages and could not be read; some, and how many there are. */
  readonly unreadFiles: readonly { readonly filePath: string; readonly reason: string }[];
  readonly unreadFileCount: number;
  readonly nextToken?: string;
}

/** What is installed in an image that was scanned: sorted, filtered and counted by the server. */
export const listImagePackages = operation("entrepot:ListImagePackages", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    nameWord: z.string().min(1).max(searchLimits.wordCharacters).optional(),
    licenseWord: z.string().min(1).max(searchLimits.wordCharacters).optional(),
    packageTypes: z.array(z.enum(packageTypes)).min(1).max(packageTypes.length).optional(),
    layerDigest: storedDigest.optional(),
    vulnerable: z.boolean().optional(),
    sortBy: z.enum(packageSorts).default("NAME"),
    sortOrder: z.enum(["ASCENDING", "DESCENDING"]).default("ASCENDING"),
    maxResults,
    nextToken,
  }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: [
    "ImageArchived",
    "ImageNotFound",
    "InvalidParameter",
    "Kms",
    "RepositoryNotFound",
    "ScanNotFound",
  ],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name, sortBy, sortOrder, maxResults: size = searchPageDefault } = input;
    const registry = registryOf(caller, input.registryId);
    const filter = {
      ...{ word: input.nameWord, types: input.packageTypes, layer: input.layerDigest },
      ...{ license: input.licenseWord, isVulnerable: input.vulnerable },
    };
    const found = await listPackages(ports, registry, name, namedImage(input.imageId), {
      ...{ filter, sort: sortBy, descending: sortOrder === "DESCENDING" },
    });
    const { digest } = found.image;
    const narrowedBy = [name, digest, JSON.stringify([filter, sortBy, sortOrder])];
    const listing = { operation: "ListImagePackages", registry, narrowedBy };
    const from = Number(openPosition(ports, listing, input.nextToken) ?? 0);
    const to = from + size;
    const isMore = to < found.packages.length;
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: digest },
      ...(found.distribution !== undefined && { distribution: found.distribution.name }),
      ...{ totalCount: found.packages.length, typeCounts: found.typeCounts },
      packages: found.packages.slice(from, to).map((each) => packageAnswer(each, found)),
      unreadFiles: found.unread
        .slice(0, searchLimits.unreadFiles)
        .map(({ path, reason }) => ({ filePath: path, reason })),
      unreadFileCount: found.unread.length,
      ...(isMore && { nextToken: sealPosition(ports, listing, String(to)) }),
    };
  },
});

function packageAnswer(
  { found, name, layer, counts }: ListedPackage,
  { distribution }: ImagePackages,
): PackageRow {
  const { version, type, architecture, licenses = [], path, inside, layerDiffId } = found;
  return {
    ...{ name, version, type },
    ...(architecture !== undefined && { architecture }),
    ...{ packageUrl: packageUrl(found, distribution), licenses, filePath: path },
    ...(inside !== undefined && { insidePath: inside }),
    ...(layer !== undefined && { layerDigest: layer.digest }),
    layerDiffId,
    ...(counts !== undefined && { findingSeverityCounts: counts }),
  };
}

import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { fileSorts, listFiles } from "../../registry/search/image-files.ts";
import {
  type ChangeSums,
  fileChanges,
  type ListedFile,
} from "../../registry/search/layer-listing.ts";
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

interface Sums {
  /** Of the contents that the layer brings, uncompressed. */
  readonly sizeInBytes: number;
  /** But for directories. */
  readonly addedCount: number;
  readonly changedCount: number;
  readonly removedCount: number;
  /** Of what layers below have and nobody sees any more. */
  readonly removedSizeInBytes: number;
}

/** A file, directory or removal as a row. */
interface FileRow {
  readonly name: string;
  /** Absent of a removal of what is not there. */
  readonly kind?: "file" | "directory" | "symlink" | "hardlink";
  readonly change: string;
  readonly sizeInBytes: number;
  /** As `ls` writes octal ones: `4755`. Absent where the layer's archive says nothing. */
  readonly mode?: string;
  readonly userId?: number;
  readonly groupId?: number;
  readonly target?: string;
  /** All that layers below have in the directory is gone. */
  readonly opaque?: boolean;
  /** Of a directory and all that is below it. */
  readonly sums?: Sums;
}

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly layerDigest: string;
  /** Of the layer as it is pulled. */
  readonly layerSizeInBytes: number;
  /** Of the whole layer. */
  readonly sums: Sums;
  /** The directory, without `/` at its ends. */
  readonly path: string;
  /** Of all pages. */
  readonly totalCount: number;
  readonly files: readonly FileRow[];
  readonly nextToken?: string;
}

/**
 * What a layer has in one directory: what it adds, changes and removes. Names and sizes, no contents. A layer
 * of an image that was not scanned is looked into at once, if it is not too large to wait for.
 */
export const listLayerFiles = operation("entrepot:ListLayerFiles", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    layerDigest: storedDigest,
    path: z.string().max(searchLimits.pathCharacters).default(""),
    changes: z.array(z.enum(fileChanges)).min(1).max(fileChanges.length).optional(),
    sortBy: z.enum(fileSorts).default("NAME"),
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
    "LayersNotFound",
    "RepositoryNotFound",
    "ScanNotFound",
    "UnsupportedImageType",
  ],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name, sortBy, sortOrder, maxResults: size = searchPageDefault } = input;
    const registry = registryOf(caller, input.registryId);
    const asked = {
      ...{ layer: input.layerDigest, path: input.path, changes: input.changes, sort: sortBy },
      descending: sortOrder === "DESCENDING",
    };
    const found = await listFiles(ports, registry, name, namedImage(input.imageId), asked);
    const { image, layer, files } = found;
    const narrowedBy = [name, image.digest, JSON.stringify(asked)];
    const listing = { operation: "ListLayerFiles", registry, narrowedBy };
    const from = Number(openPosition(ports, listing, input.nextToken) ?? 0);
    const to = from + size;
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: image.digest },
      ...{ layerDigest: layer.digest, layerSizeInBytes: layer.sizeBytes },
      ...{ sums: sumsAnswer(found.listing.sums), path: found.path, totalCount: files.length },
      files: files.slice(from, to).map(fileAnswer),
      ...(to < files.length && { nextToken: sealPosition(ports, listing, String(to)) }),
    };
  },
});

function fileAnswer({ name, kind, change, file, sums, sizeBytes, isOpaque }: ListedFile): FileRow {
  return {
    name,
    ...(kind !== undefined && { kind }),
    ...{ change, sizeInBytes: sizeBytes },
    ...(file !== undefined && {
      ...{ mode: file.mode.toString(8), userId: file.userId, groupId: file.groupId },
      ...(file.target !== undefined && { target: file.target }),
    }),
    ...(isOpaque && { opaque: true }),
    ...(sums !== undefined && { sums: sumsAnswer(sums) }),
  };
}

function sumsAnswer({ sizeBytes, added, changed, removed, removedBytes }: ChangeSums): Sums {
  return {
    ...{ sizeInBytes: sizeBytes, addedCount: added, changedCount: changed },
    ...{ removedCount: removed, removedSizeInBytes: removedBytes },
  };
}

import type { FacetCounts } from "../../registry/public/facets.ts";
import { facets, valuesIn } from "../../registry/public/facets.ts";
import type { GalleryEntry } from "../../registry/public/gallery-entry.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { logoUrl } from "../ecr-public/answers.ts";

/** A repository in a list of the gallery. Texts are the publisher's, as they came: never markup. */
export interface GalleryRepositoryAnswer {
  readonly registryAlias: string;
  readonly repositoryName: string;
  readonly repositoryUri: string;
  readonly publisher?: string | undefined;
  readonly verified: boolean;
  readonly description?: string | undefined;
  readonly operatingSystems: readonly string[];
  readonly architectures: readonly string[];
  readonly kinds: readonly string[];
  readonly pullCount: number;
  readonly logoUrl?: string | undefined;
  /** Seconds since the epoch. */
  readonly updatedAt: number;
}

/** How many there would be with each value. */
export type GalleryFacetsAnswer = Omit<FacetCounts, "verified"> & { readonly verified: number };

export function galleryAnswer(origin: string, entry: GalleryEntry): GalleryRepositoryAnswer {
  const { alias, name, bits, logoDigest } = entry;
  return {
    registryAlias: alias,
    repositoryName: name,
    repositoryUri: `${origin.replace(/^https?:\/\//, "")}/${alias}/${name}`,
    publisher: entry.publisher,
    verified: (bits & facets.verified.verified) !== 0,
    description: entry.description,
    operatingSystems: valuesIn("operatingSystem", bits),
    architectures: valuesIn("architecture", bits),
    kinds: entry.kinds,
    pullCount: entry.pulls,
    logoUrl: logoDigest && logoUrl(origin, { alias, name }, logoDigest),
    updatedAt: epochSeconds(entry.updatedAt),
  };
}

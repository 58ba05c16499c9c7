/** The rows of public registries and of their gallery, as they are stored: see `tables.ts`. */
import type { Generated } from "kysely";
import type { AccountId, Region, RepositoryName } from "../../../registry/names.ts";
import type { AliasStatus } from "../../../registry/public/alias.ts";
import type { Logo } from "../../../registry/public/logo.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfRepository extends OfRegistry {
  repository: string;
}

export interface PublicRegistryTable extends OfRegistry {
  display_name: string | null;
  verified_at: number | null;
  created_at: number;
}

export interface PublicAliasTable extends OfRegistry {
  name: string;
  status: AliasStatus;
  is_default: number;
  is_primary: number;
  requested_at: number;
  reason: string | null;
}

export interface PublicCatalogTable extends OfRepository {
  description: string | null;
  about_text: string | null;
  usage_text: string | null;
  /** JSON arrays. */
  architectures: string;
  operating_systems: string;
  logo_digest: string | null;
  logo_type: Logo["mediaType"] | null;
  logo: Uint8Array | null;
}

export interface GalleryListingTable extends OfRepository {
  /** The database counts it up. What a repository is called in the index, for as long as it is listed. */
  number: Generated<number>;
  name: RepositoryName;
  alias: string;
  publisher: string | null;
  description: string | null;
  bits: number;
  pulls: number;
  boost: number;
  logo_digest: string | null;
  updated_at: number;
}

export interface GalleryPostingTable {
  /** The number of a repository's listing. */
  listing: number;
  word: string;
  /** The lower, the earlier: see `rankOf`. */
  place: number;
  boost: number;
  bits: number;
}

export interface PublicTables {
  public_registry: PublicRegistryTable;
  public_alias: PublicAliasTable;
  public_catalog: PublicCatalogTable;
  gallery_listing: GalleryListingTable;
  gallery_posting: GalleryPostingTable;
}

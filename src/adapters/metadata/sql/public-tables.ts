/** The rows of public registries and of their gallery, as they are stored: see `tables.ts`. */
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

export interface GalleryEntryTable extends OfRepository {
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

export interface GalleryWordTable extends OfRepository {
  word: string;
  weight: number;
  /** The lower, the earlier: see `rankOf`. */
  place: number;
  boost: number;
  bits: number;
}

export interface PublicTables {
  public_registry: PublicRegistryTable;
  public_alias: PublicAliasTable;
  public_catalog: PublicCatalogTable;
  gallery_entry: GalleryEntryTable;
  gallery_word: GalleryWordTable;
}

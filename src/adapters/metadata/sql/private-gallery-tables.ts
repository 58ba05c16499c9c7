/** The rows of the private gallery, as they are stored: see `tables.ts`. */
import type { AccountId, Region, RepositoryName } from "../../../registry/names.ts";

interface OfRepository {
  account: AccountId;
  region: Region;
  /** The repository's id. */
  repository: string;
  /** JSON. */
  details: string;
  created_at: number;
  updated_at: number;
}

export interface PrivateGalleryEntryTable extends OfRepository {
  name: RepositoryName;
  /** Whether it shows itself to other accounts at all. */
  shared: number;
}

export interface PrivateGalleryVersionTable extends OfRepository {
  /** Of the version. */
  name: string;
}

export interface GallerySubscriptionTable {
  account: AccountId;
  region: Region;
  /** The id of the entry's repository. */
  repository: string;
  subscriber: AccountId;
  /** The ARN of who subscribed. */
  principal: string;
  /** JSON. */
  tags: string;
  created_at: number;
}

export interface PrivateGalleryTables {
  gallery_subscription: GallerySubscriptionTable;
  private_gallery_entry: PrivateGalleryEntryTable;
  private_gallery_version: PrivateGalleryVersionTable;
}

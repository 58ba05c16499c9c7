/** The rows of repository creation templates, as they are stored: see `tables.ts`. */
import type { AccountId, Region } from "../../../registry/names.ts";

export interface CreationTemplateTable {
  account: AccountId;
  region: Region;
  /** The prefix without a slash at its end, or `ROOT`. */
  prefix: string;
  /** JSON. */
  settings: string;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface CreationTemplateTables {
  creation_template: CreationTemplateTable;
}

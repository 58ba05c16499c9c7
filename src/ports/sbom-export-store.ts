import type { SbomExport } from "../registry/inspector/sbom-export.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** Exports of bills of materials, as a narrow table of the MetadataStore: the same promises. */
export interface SbomExportReads {
  find(registry: Registry, id: string): Promise<SbomExport | undefined>;
  /** By id. */
  list(registry: Registry, page: PageRequest<string>): Promise<SbomExport[]>;
}

export interface SbomExportWrites {
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(registry: Registry, id: string): Promise<SbomExport | undefined>;
  /** Adds it, or overwrites the one with its id. */
  put(wanted: SbomExport): Promise<void>;
  remove(registry: Registry, id: string): Promise<void>;
}

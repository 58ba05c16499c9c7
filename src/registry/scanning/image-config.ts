import { parseImageConfig as parseWhole } from "./advice/image-config.ts";
import { FileRefused } from "./file-analyzer.ts";

/** What findings tell of an image's config. Source: OCI image specification 1.1, "Image Configuration". */
export interface ImageConfig {
  /** `linux`, `amd64`: empty where it does not say. */
  readonly os: string;
  readonly architecture: string;
}

/** A config that is none says nothing. */
export function parseImageConfig(content: Uint8Array): ImageConfig {
  try {
    const { os, architecture } = parseWhole(content);
    return { os, architecture };
  } catch (error) {
    if (error instanceof FileRefused) return { os: "", architecture: "" };
    throw error;
  }
}

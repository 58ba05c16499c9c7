import { parseImageConfig as parseWhole } from "./advice/image-config.ts";
import { isRoot } from "./advice/rules/runs-as-root.ts";
import { FileRefused } from "./file-analyzer.ts";

/** What findings tell of an image's config. Source: OCI image specification 1.1, "Image Configuration". */
export interface ImageConfig {
  /** `linux`, `amd64`: empty where it does not say. */
  readonly os: string;
  readonly architecture: string;
  /** Absent where the config could not be read, or was read before this was looked at. */
  readonly runsAsRoot?: boolean;
  readonly exposesPorts?: boolean;
}

/** A config that is none says nothing. */
export function parseImageConfig(content: Uint8Array): ImageConfig {
  try {
    const { os, architecture, user, exposedPorts } = parseWhole(content);
    const exposesPorts = exposedPorts.length > 0;
    return { os, architecture, runsAsRoot: isRoot(user), exposesPorts };
  } catch (error) {
    if (error instanceof FileRefused) return { os: "", architecture: "" };
    throw error;
  }
}

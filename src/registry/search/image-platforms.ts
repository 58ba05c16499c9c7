import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { openManifest } from "../images/get-image.ts";
import type { Image } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { parseImageConfig } from "../scanning/image-config.ts";
import { isScannable, readConfig } from "../scanning/inventory-image.ts";

/** What an image runs on. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

interface Descriptor {
  readonly digest: Digest;
  readonly platform?: { readonly [Name in string]?: unknown };
}

/**
 * By digest: of an index what it says of each manifest that it lists, of an image its config's. What does
 * not say, and what can not be opened now as its key is not usable, has none.
 */
export async function platformsOf(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<ReadonlyMap<Digest, Platform>> {
  if (image.state !== "ACTIVE") return none;
  try {
    if (isIndexType(image.mediaType)) return await listedPlatforms(ports, repository, image);
    if (!isScannable(image)) return none;
    const config = await configReference(ports, repository, image);
    if (config === undefined) return none;
    const { os, architecture } = parseImageConfig(await readConfig(ports, repository, config));
    return os === "" || architecture === ""
      ? none
      : new Map([[image.digest, { os, architecture }]]);
  } catch (error) {
    if (error instanceof RegistryError) return none;
    throw error;
  }
}

const none: ReadonlyMap<Digest, Platform> = new Map();

async function configReference(ports: Ports, repository: Repository, image: Image) {
  const references = await ports.metadata.images.references(repository, image.digest);
  return references.find(({ kind }) => kind === "config")?.digest;
}

async function listedPlatforms(ports: Ports, repository: Repository, image: Image) {
  const manifest = await openManifest(ports, repository, image);
  // It was parsed strictly when it was pushed; of platforms nothing was said then.
  const { manifests } = JSON.parse(manifest.toString()) as {
    manifests: readonly Descriptor[] | null;
  };
  const found = new Map<Digest, Platform>();
  for (const { digest, platform } of manifests ?? []) {
    const { os, architecture, variant } = platform ?? {};
    if (typeof os !== "string" || typeof architecture !== "string") continue;
    const more = typeof variant === "string" ? { variant } : {};
    found.set(digest, { os, architecture, ...more });
  }
  return found;
}

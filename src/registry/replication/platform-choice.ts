import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { type Platform, platformsOf } from "../search/image-platforms.ts";

/**
 * Which of what an index lists, or whether an image itself, is for one of the platforms. What names none
 * (artifacts, signatures) or an unknown one (attestations of BuildKit) is for all of them.
 * @param platforms `os/architecture`, or with `/variant`; empty: all
 */
export async function platformChoice(
  ports: Ports,
  repository: Repository,
  image: Image,
  platforms: readonly string[],
): Promise<(digest: Digest) => boolean> {
  if (platforms.length === 0) return () => true;
  const known = await platformsOf(ports, repository, image);
  return (digest) => {
    const platform = known.get(digest);
    return platform === undefined || platforms.some((wanted) => fits(wanted, platform));
  };
}

/** What says no variant may have any. */
function fits(wanted: string, { os, architecture, variant }: Platform): boolean {
  if (os === "unknown" || architecture === "unknown") return true;
  const [wantedOs, wantedArchitecture, wantedVariant] = wanted.split("/");
  if (os !== wantedOs || architecture !== wantedArchitecture) return false;
  return wantedVariant === undefined || variant === undefined || variant === wantedVariant;
}

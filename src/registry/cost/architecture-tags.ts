import type { Ports } from "../../ports/ports.ts";
import type { Digest, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { costLimits } from "./cost-limits.ts";
import type { ArchitectureGroup } from "./cost-saving.ts";

/** As container images call them, and as tags do. Source: OCI Image Index, "platform"; GOARCH. */
export const architectures: Readonly<Record<string, string>> = {
  ...{ amd64: "amd64", x86_64: "amd64", arm64: "arm64", aarch64: "arm64" },
  ...{ "386": "386", arm: "arm", ppc64le: "ppc64le", s390x: "s390x", riscv64: "riscv64" },
};

const suffix = new RegExp(`^(.+)[-_.](${Object.keys(architectures).join("|")})$`);

/** Finds tags such as `1.2-amd64` and `1.2-arm64`, where one index `1.2` could be. */
export class ArchitectureTags {
  /** By the tag of the index, the images by architecture. */
  readonly #groups = new Map<string, Map<string, Digest>>();

  add(digest: Digest, tags: readonly Tag[]): void {
    for (const tag of tags) {
      const [, base, name] = suffix.exec(tag) ?? [];
      const architecture = architectures[name ?? ""];
      if (base === undefined || architecture === undefined) continue;
      const known = this.#groups.get(base);
      if (known === undefined && this.#groups.size >= costLimits.architectureTags) continue;
      this.#groups.set(base, (known ?? new Map<string, Digest>()).set(architecture, digest));
    }
  }

  /** Those of more than one architecture whose own tag is free, and that are images, not indexes. */
  async groups(
    { metadata }: Pick<Ports, "metadata">,
    repository: RepositoryRef,
  ): Promise<ArchitectureGroup[]> {
    const groups: ArchitectureGroup[] = [];
    for (const [tag, byArchitecture] of this.#groups) {
      if (new Set(byArchitecture.values()).size < 2) continue;
      if ((await metadata.tags.find(repository, tag as Tag)) !== undefined) continue;
      const images: ArchitectureGroup["images"][number][] = [];
      for (const [architecture, digest] of [...byArchitecture].sort()) {
        const image = await metadata.images.find(repository, digest);
        if (image?.configMediaType === undefined) continue;
        const { mediaType, manifestBytes: sizeBytes } = image;
        images.push({ digest, architecture, mediaType, sizeBytes });
      }
      if (images.length > 1) groups.push({ tag, images });
    }
    return groups;
  }
}

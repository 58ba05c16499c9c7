import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import { activeOnly } from "../images/list-images.ts";
import type { Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** A tag with what it names. */
export interface TagDetail {
  readonly tag: Tag;
  /** `undefined` where it went while it was read. */
  readonly image: Image | undefined;
  /** When it was set last. Milliseconds since the epoch. */
  readonly setAt: number;
}

/** Tags in code point order. One that moves meanwhile is told as it was or as it is. */
export async function listTagDetails(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  page: PageRequest<Tag>,
): Promise<TagDetail[]> {
  const found = await metadata.tags.list(repository, page, { states: activeOnly });
  const details = found.map(async ({ tag, digest }): Promise<TagDetail> => {
    const image = await metadata.images.find(repository, digest);
    const [last] = await metadata.tags.history(repository, tag, { limit: 1 });
    return { tag, image, setAt: last?.at ?? image?.pushedAt ?? 0 };
  });
  return Promise.all(details);
}

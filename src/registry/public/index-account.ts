import type { Ports } from "../../ports/ports.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { galleryLimits } from "./gallery-limits.ts";
import { indexById } from "./index-repository.ts";

/** Writes all repositories of a public registry anew, each in a transaction of its own. */
export async function indexAccount(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  signal: AbortSignal,
): Promise<void> {
  let after: RepositoryName | undefined;
  for (;;) {
    const page = { limit: galleryLimits.repositoriesAtOnce, after };
    const found = await ports.metadata.repositories.list(registry, page);
    for (const repository of found) {
      signal.throwIfAborted();
      await indexById(ports, repository);
    }
    if (found.length < page.limit) return;
    after = found.at(-1)?.name;
  }
}

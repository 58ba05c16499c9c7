import type { SourceReference } from "../../../ports/takeover-source.ts";
import { isDigest } from "../../../registry/names.ts";
import { parseImageName } from "../../../registry/scanning/outside/image-name.ts";
import type { WantedRepository } from "../../../registry/takeover/plan-bundle.ts";
import { matchesWildcard } from "../../../registry/wildcard.ts";
import { CommandError } from "../client.ts";
import type { ServerRepository, ServerSource } from "./server-source.ts";

/**
 * Repositories as a whole, and single images of others; without either, all.
 * @throws CommandError for an image that is not there
 */
export async function* wantedRepositories(
  source: ServerSource,
  patterns: readonly string[],
  images: readonly string[],
): AsyncGenerator<WantedRepository> {
  const byRepository = referencesOf(images);
  const isAll = patterns.length === 0 && images.length === 0;
  for await (const repository of source.repositories()) {
    const { name } = repository;
    const single = byRepository.get(name);
    byRepository.delete(name);
    if (isAll || patterns.some((pattern) => matchesWildcard(pattern, name))) yield { repository };
    else if (single !== undefined) {
      const references = await found(repository, single);
      yield { repository: repository.withReferrers(), references };
    }
  }
  const [missing] = byRepository.keys();
  if (missing !== undefined) throw new CommandError(`there is no repository ${missing}`);
}

function referencesOf(images: readonly string[]): Map<string, Set<string>> {
  const byRepository = new Map<string, Set<string>>();
  for (const image of images) {
    const { host, repository, reference } = parseImageName(image) ?? {};
    if (repository === undefined || reference === undefined || host !== undefined) {
      throw new CommandError(`--images: "${image}" is no repository:tag of this registry`, 2);
    }
    byRepository.set(repository, (byRepository.get(repository) ?? new Set()).add(reference));
  }
  return byRepository;
}

async function found(
  repository: ServerRepository,
  wanted: ReadonlySet<string>,
): Promise<SourceReference[]> {
  const references: SourceReference[] = [];
  const missing = new Set(wanted);
  for await (const reference of repository.references()) {
    const { tag, digest } = reference;
    if (tag !== undefined && wanted.has(tag)) references.push(reference);
    else if (digest !== undefined && missing.has(digest)) references.push({ digest });
    else continue;
    missing.delete(tag ?? "");
    missing.delete(digest ?? "");
  }
  const [first] = missing;
  if (first === undefined) return references;
  const separator = isDigest(first) ? "@" : ":";
  throw new CommandError(`there is no image ${repository.name}${separator}${first}`);
}

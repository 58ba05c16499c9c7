import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { recordSetting } from "../replication/carried-settings.ts";
import { findRepository, lockRepository } from "./find-repository.ts";

// Source: ECR API, TagResource.
const keyCharacters = 128;
const valueCharacters = 256;
const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * The tags as a map.
 * @throws InvalidTagParameter for a key or value that ECR does not take, or a key given twice
 * @throws TooManyTags
 */
export function checkResourceTags(
  tags: readonly { readonly Key: string; readonly Value: string }[],
): Map<string, string> {
  const checked = new Map<string, string>();
  for (const { Key, Value } of tags) {
    requireKey(Key);
    if (Value.length > valueCharacters) {
      throw invalidTag(`a tag value has at most ${valueCharacters} characters`);
    }
    if (Key.toLowerCase().startsWith("aws:"))
      throw invalidTag("tag keys that begin with 'aws:' are reserved");
    if (!allowedCharacters.test(Key) || !allowedCharacters.test(Value)) {
      throw invalidTag("a tag has letters, digits, spaces and + - = . _ : / @ only");
    }
    if (checked.has(Key)) throw invalidTag(`the tag key '${Key}' is given twice`);
    checked.set(Key, Value);
  }
  if (checked.size > limits.resourceTagsPerRepository) throw tooManyTags();
  return checked;
}

/**
 * Keys of tags that are to be removed.
 * @throws InvalidTagParameter for a key of a length that no tag's can have. Source: ECR Public, TagKey.
 */
export function checkTagKeys(keys: readonly string[]): void {
  for (const key of keys) requireKey(key, "tagKeys");
}

function requireKey(key: string, member?: string): void {
  if (key.length > 0 && key.length <= keyCharacters) return;
  throw invalidTag(`a tag key has 1 to ${keyCharacters} characters`, member);
}

function invalidTag(why: string, member = "tags"): RegistryError {
  return new RegistryError(
    "InvalidTagParameter",
    `Invalid parameter at '${member}' failed to satisfy constraint: '${why}'`,
  );
}

function tooManyTags(): RegistryError {
  return new RegistryError(
    "TooManyTags",
    `The number of tags must not exceed ${limits.resourceTagsPerRepository}`,
  );
}

/**
 * Adds the tags, overwriting those of the same key, all or none.
 * @throws RepositoryNotFound, TooManyTags
 */
export async function tagRepository(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  tags: ReadonlyMap<string, string>,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    for (const [key, value] of tags)
      await change.repositories.putResourceTag(repository, key, value);
    const stored = await change.repositories.resourceTags(repository);
    if (stored.length > limits.resourceTagsPerRepository) throw tooManyTags();
    await recordSetting(ports, change, repository, "RESOURCE_TAGS");
  });
  ports.memory.access.forgetRepository(registry, name);
}

/**
 * Removes the tags of these keys; unknown keys are no error.
 * @throws RepositoryNotFound
 */
export async function untagRepository(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  keys: readonly string[],
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    for (const key of keys) await change.repositories.removeResourceTag(repository, key);
    await recordSetting(ports, change, repository, "RESOURCE_TAGS");
  });
  ports.memory.access.forgetRepository(registry, name);
}

/** @throws RepositoryNotFound */
export async function repositoryTags(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<{ key: string; value: string }[]> {
  const repository = await findRepository(ports, registry, name);
  return ports.metadata.repositories.resourceTags(repository);
}

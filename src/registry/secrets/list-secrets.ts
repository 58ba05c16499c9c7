import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { Secret } from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";

export const filterKeys = [
  ...(["all", "description", "name", "owning-service"] as const),
  ...(["primary-region", "tag-key", "tag-value"] as const),
] as const;
export const sortKeys = [
  "created-date",
  "last-accessed-date",
  "last-changed-date",
  "name",
] as const;

/** One of its values must fit. Source: Secrets Manager, "Find secrets": "!" in front: must not. */
export interface SecretFilter {
  readonly key: (typeof filterKeys)[number];
  readonly values: readonly string[];
}

export interface SecretListing {
  readonly filters: readonly SecretFilter[];
  /** Whether those that are marked for deletion are among them. */
  readonly withDeleted: boolean;
  readonly sortBy: (typeof sortKeys)[number];
  readonly descending: boolean;
}

const readAtOnce = 500;

/** All secrets of the registry that fit, in order: there are at most `secretLimits.secrets`. */
export async function listSecrets(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  { filters, withDeleted, sortBy, descending }: SecretListing,
): Promise<Secret[]> {
  const found: Secret[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await metadata.secrets.list(registry, { after, limit: readAtOnce });
    found.push(
      ...page.filter(
        (secret) =>
          (withDeleted || secret.deletion === undefined) &&
          filters.every((filter) => fits(secret, filter)),
      ),
    );
    after = page.at(-1)?.name;
    if (page.length < readAtOnce || found.length > secretLimits.secrets) break;
  }
  if (sortBy !== "name") found.sort((one, other) => timeOf(one, sortBy) - timeOf(other, sortBy));
  return descending ? found.reverse() : found;
}

function timeOf(
  { createdAt, changedAt, accessedAt }: Secret,
  sortBy: Exclude<SecretListing["sortBy"], "name">,
): number {
  if (sortBy === "created-date") return createdAt;
  return sortBy === "last-changed-date" ? changedAt : (accessedAt ?? 0);
}

function fits(secret: Secret, { key, values }: SecretFilter): boolean {
  return values.some((value) =>
    value.startsWith("!") ? !hasValue(secret, key, value.slice(1)) : hasValue(secret, key, value),
  );
}

function hasValue(secret: Secret, key: SecretFilter["key"], value: string): boolean {
  const { name, description = "", tags, registry } = secret;
  switch (key) {
    case "name":
      return name.startsWith(value);
    case "description":
      return description.toLowerCase().startsWith(value.toLowerCase());
    case "tag-key":
      return tags.some((tag) => tag.key.startsWith(value));
    case "tag-value":
      return tags.some((tag) => tag.value.startsWith(value));
    case "primary-region":
      return registry.region.startsWith(value);
    case "owning-service":
      return false; // No service owns one here.
    case "all": {
      const texts = [name, description, ...tags.flatMap((tag) => [tag.key, tag.value])];
      const words = texts.flatMap(wordsOf);
      return wordsOf(value).every((wanted) => words.some((word) => word.startsWith(wanted)));
    }
  }
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

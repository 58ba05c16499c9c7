import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { TagMutability, WantedEncryption } from "../repositories/repository.ts";
import { templateLimits } from "./template-limits.ts";

/** What makes a repository that nobody has made. Source: ECR API, RCTAppliedFor. */
export const creationEvents = ["REPLICATION", "PULL_THROUGH_CACHE", "CREATE_ON_PUSH"] as const;
export type CreationEvent = (typeof creationEvents)[number];

/** What a template says, as JSON keeps it. */
export interface TemplateSettings {
  /** As it was given: with or without a slash at its end. */
  readonly prefix: string;
  readonly description?: string | undefined;
  readonly tagMutability: TagMutability;
  readonly encryption: WantedEncryption;
  readonly resourceTags: readonly { readonly key: string; readonly value: string }[];
  /** As policies of repositories are stored: principals by their unique ids. */
  readonly repositoryPolicy?: string | undefined;
  readonly lifecyclePolicy?: string | undefined;
  readonly appliedFor: readonly CreationEvent[];
  readonly customRoleArn?: string | undefined;
}

/** How repositories below a prefix are made. Source: ECR, "Repository creation templates". */
export interface CreationTemplate {
  readonly registry: Registry;
  /** The prefix without a slash at its end, or `ROOT`. No two of a registry have the same. */
  readonly key: string;
  readonly settings: TemplateSettings;
  /** Counts the changes, from 1. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The prefix of the template for all names that no other one is for. */
export const rootPrefix = "ROOT";

/** Source: ECR API, Prefix. */
export const templatePrefixPattern =
  "^([a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\/?|ROOT)$";

// One segment at a time, without nested repetition: linear in the length of the text.
const segment = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;

/** Whether ECR takes the text as the prefix of a template. */
export function isTemplatePrefix(text: string): boolean {
  if (text === rootPrefix) return true;
  if (text.length === 0 || text.length > templateLimits.prefixCharacters) return false;
  return templateKey(text)
    .split("/")
    .every((each) => segment.test(each));
}

/** What tells templates apart: a slash ends every prefix, whether it is written or not. */
export function templateKey(prefix: string): string {
  return prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
}

/** The keys of all templates that could be for the name, the most particular one first. */
export function templateKeysFor(name: RepositoryName): string[] {
  const segments = name.slice(0, limits.repositoryNameCharacters).split("/");
  const keys = segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
  return [...keys.toReversed(), rootPrefix];
}

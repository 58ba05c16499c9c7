import { isDeepStrictEqual } from "node:util";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import {
  destinationKey,
  destinationsOf,
  isSameRegistry,
  type ReplicationConfiguration,
  replicationConfiguration,
} from "./replication-configuration.ts";

/**
 * What goes to one destination beside what ECR copies. Kept apart from ECR's configuration, which says
 * where images go and stays what ECR's clients put and read.
 */
export interface ReplicationOption {
  readonly destination: Registry;
  /** How the names of repositories begin that it is for; empty: all. The longest that fits counts. */
  readonly prefix: string;
  /** Whether what is deleted here is deleted there. */
  readonly deletes: boolean;
  /** Whether images go on that came here as copies. */
  readonly chain: boolean;
  /** What is copied of what is for a platform, as `os/architecture` or with `/variant`; empty: all. */
  readonly platforms: readonly string[];
  /** Which settings of repositories go along. */
  readonly settings: readonly CarriedSetting[];
}

/** What a repository can have at a destination as it has it here. */
export const carriedSettings = [
  "REPOSITORY_POLICY",
  "LIFECYCLE_POLICY",
  "TAG_MUTABILITY",
  "RESOURCE_TAGS",
] as const;
export type CarriedSetting = (typeof carriedSettings)[number];

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "replication options";

/** A registry's; none until some are put. */
export async function replicationOptions(
  { metadata }: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<readonly ReplicationOption[]> {
  const text = await metadata.settings.find(registry, settingName);
  return text === undefined ? [] : parsed(text);
}

function parsed(text: string): readonly ReplicationOption[] {
  return (JSON.parse(text) as StoredOption[]).map(current);
}

type StoredOption = Omit<ReplicationOption, "platforms"> & Partial<ReplicationOption>;

/** Those that were put before platforms could be chosen have none. */
function current(option: StoredOption): ReplicationOption {
  return { ...option, platforms: option.platforms ?? [] };
}

/**
 * Replaces all of them. They count for what happens from now on, wherever a rule of the configuration
 * leads to their destination.
 * @param replacing what is there by what the caller knows: nothing else is replaced; absent, anything is
 * @throws InvalidParameter for a destination that is the registry itself, or two for the same names
 * @throws ConcurrentModification where others are there than those to replace
 */
export async function putReplicationOptions(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  options: readonly ReplicationOption[],
  replacing?: readonly ReplicationOption[],
): Promise<void> {
  const seen = new Set<string>();
  for (const { destination, prefix } of options) {
    if (isSameRegistry(destination, registry)) {
      throw refused("Replication destination cannot be the same as the source registry");
    }
    const key = `${destinationKey(destination)} ${prefix}`;
    if (seen.has(key)) {
      throw refused(`There are two options for '${prefix}' to one destination`);
    }
    seen.add(key);
  }
  const text = JSON.stringify(options);
  if (replacing !== undefined) return replaceOptions(ports, registry, replacing, text);
  await ports.metadata.transaction(({ settings }) => settings.put(registry, settingName, text));
}

async function replaceOptions(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  replacing: readonly ReplicationOption[],
  text: string,
): Promise<void> {
  const kept = await metadata.settings.find(registry, settingName);
  const isKnown = isDeepStrictEqual(kept === undefined ? [] : parsed(kept), replacing);
  const isReplaced =
    isKnown &&
    (await metadata.transaction(({ settings }) =>
      kept === undefined
        ? settings.putIfAbsent(registry, settingName, text)
        : settings.replace(registry, settingName, kept, text),
    ));
  if (isReplaced) return;
  const sentence =
    "The options of replication have been changed by somebody else since they were read";
  throw new RegistryError("ConcurrentModification", sentence);
}

/** The option for what goes from a repository of that name to the destination. */
export function optionFor(
  options: readonly ReplicationOption[],
  destination: Registry,
  name: string,
): ReplicationOption | undefined {
  let found: ReplicationOption | undefined;
  for (const option of options) {
    if (!isSameRegistry(option.destination, destination) || !name.startsWith(option.prefix)) {
      continue;
    }
    if (found === undefined || option.prefix.length > found.prefix.length) found = option;
  }
  return found;
}

/** Where a rule leads from a repository of that name, and what the options say of it. */
export interface ReplicationWish {
  readonly destination: Registry;
  readonly option: ReplicationOption | undefined;
}

/** All that a registry wants of its replication. */
export interface ReplicationWishes {
  readonly configuration: ReplicationConfiguration;
  readonly options: readonly ReplicationOption[];
}

export async function replicationWishes(
  reads: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<ReplicationWishes> {
  const configuration = await replicationConfiguration(reads, registry);
  if (configuration.rules.length === 0) return { configuration, options: [] };
  return { configuration, options: await replicationOptions(reads, registry) };
}

export function wishesFor(
  { configuration, options }: ReplicationWishes,
  name: string,
): ReplicationWish[] {
  return destinationsOf(configuration, name).map((destination) => ({
    destination,
    option: optionFor(options, destination, name),
  }));
}

function refused(sentence: string) {
  return invalidParameter("options", sentence);
}

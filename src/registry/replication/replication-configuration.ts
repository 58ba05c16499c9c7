import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import { invalidParameter } from "../errors.ts";
import type { Registry } from "../names.ts";
import { replicationLimits } from "./replication-limits.ts";

/** Where images of some repositories go. */
export interface ReplicationRule {
  readonly destinations: readonly Registry[];
  /** How the names of repositories begin that it is for; empty: all repositories. */
  readonly prefixes: readonly string[];
}

export interface ReplicationConfiguration {
  readonly rules: readonly ReplicationRule[];
}

/** A registry's until one is put. Source: ECR API, DescribeRegistry. */
const initial: ReplicationConfiguration = { rules: [] };

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "replication configuration";

export async function replicationConfiguration(
  { metadata }: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<ReplicationConfiguration> {
  const text = await metadata.settings.find(registry, settingName);
  return text === undefined ? initial : (JSON.parse(text) as ReplicationConfiguration);
}

/**
 * Replaces the configuration; one without rules ends replication, and what was copied stays.
 * Source: ECR API, PutReplicationConfiguration; spec 5.1.
 * @throws InvalidParameter for a destination that is the registry itself, is named twice in a rule, or
 *   lies in a region that is neither served here nor by a peer that takes images of the account; for
 *   too many of anything
 */
export async function putReplicationConfiguration(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  configuration: ReplicationConfiguration,
  deployment: Pick<Deployment, "regions" | "peerAccounts">,
): Promise<void> {
  check(registry, configuration, deployment);
  await ports.metadata.transaction(({ settings }) =>
    settings.put(registry, settingName, JSON.stringify(configuration)),
  );
}

function check(
  registry: Registry,
  { rules }: ReplicationConfiguration,
  { regions, peerAccounts }: Pick<Deployment, "regions" | "peerAccounts">,
): void {
  const unique = new Set<string>();
  for (const { destinations } of rules) {
    const ofRule = new Set<string>();
    for (const destination of destinations) {
      const { region } = destination;
      if (isSameRegistry(destination, registry)) {
        throw refused("Replication destination cannot be the same as the source registry");
      }
      const takes = regions.includes(region) ? "all" : peerAccounts?.get(region);
      if (takes === undefined) {
        throw refused(`Replication destination region '${region}' is not valid`);
      }
      // One key acts there for all: the operator says whose images it may bring.
      if (takes !== "all" && !takes.has(registry.account)) {
        throw refused(
          `Replication destination region '${region}' is not open to account '${registry.account}'`,
        );
      }
      const key = destinationKey(destination);
      if (ofRule.has(key)) {
        throw refused("Replication destinations of a rule cannot contain duplicates");
      }
      ofRule.add(key);
      unique.add(key);
    }
  }
  if (unique.size > replicationLimits.destinations) {
    throw refused(
      `Replication configuration cannot have more than ${replicationLimits.destinations} unique destinations`,
    );
  }
}

function refused(sentence: string) {
  return invalidParameter("replicationConfiguration", sentence);
}

export function isSameRegistry(one: Registry, other: Registry): boolean {
  return one.account === other.account && one.region === other.region;
}

/** Tells a destination from others; has no space but the one between the two. */
export function destinationKey({ account, region }: Registry): string {
  return `${account} ${region}`;
}

/**
 * Where images of the repository go, each registry once, in the order of the rules.
 * Source: ECR, "Private image replication": a filter is the beginning of a name.
 */
export function destinationsOf({ rules }: ReplicationConfiguration, name: string): Registry[] {
  const found = new Map<string, Registry>();
  for (const { destinations, prefixes } of rules) {
    if (prefixes.length > 0 && !prefixes.some((prefix) => name.startsWith(prefix))) continue;
    for (const { account, region } of destinations) {
      const destination = { account, region };
      found.set(destinationKey(destination), destination);
    }
  }
  return [...found.values()];
}

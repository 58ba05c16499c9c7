import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../errors.ts";
import type { Registry } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { matchesWildcard } from "../wildcard.ts";
import { scanRegistryJob } from "./scan-registry.ts";
import type { ScanFrequency, ScanningConfiguration, ScanType } from "./scan-type.ts";
import { scanningLimits } from "./scanning-limits.ts";

/** A registry's until one is put. Source: ECR API, GetRegistryScanningConfiguration. */
const initial: ScanningConfiguration = { type: "BASIC", rules: [] };

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "scanning configuration";

const frequenciesOf: Readonly<Record<ScanType, readonly ScanFrequency[]>> = {
  BASIC: ["SCAN_ON_PUSH", "MANUAL"],
  ENHANCED: ["CONTINUOUS_SCAN", "SCAN_ON_PUSH"],
};

export async function scanningConfiguration(
  { metadata }: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<ScanningConfiguration> {
  const text = await metadata.settings.find(registry, settingName);
  return text === undefined ? initial : (JSON.parse(text) as ScanningConfiguration);
}

/**
 * Replaces the configuration.
 * Source: ECR API, PutRegistryScanningConfiguration.
 * @throws InvalidParameter for a frequency that the type does not have, or two rules of one frequency
 */
export async function putScanningConfiguration(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  configuration: ScanningConfiguration,
): Promise<void> {
  check(configuration);
  await changeScanningConfiguration(ports, registry, () => configuration);
}

/** Puts what `next` makes in the place of the configuration. Images that enhanced scanning wants since are scanned. */
export async function changeScanningConfiguration(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  next: (current: ScanningConfiguration) => ScanningConfiguration,
): Promise<void> {
  const now = clock.now();
  await metadata.transaction(async (change) => {
    // One change is made after the other.
    await change.repositories.lockCount(registry);
    const current = await scanningConfiguration({ metadata: change }, registry);
    const changed = next(current);
    if (changed === current) return;
    await change.settings.put(registry, settingName, JSON.stringify(changed));
    if (changed.type === "ENHANCED") await change.jobs.enqueue(scanRegistryJob(registry, now));
  });
}

function check({ type, rules }: ScanningConfiguration): void {
  if (rules.length > scanningLimits.rules) {
    const sentence = `Member must have length less than or equal to ${scanningLimits.rules}`;
    throw invalidParameter("rules", sentence);
  }
  const seen = new Set<ScanFrequency>();
  for (const { frequency } of rules) {
    if (!frequenciesOf[type].includes(frequency)) {
      const known = frequenciesOf[type].join(", ");
      const sentence = `Scan frequency ${frequency} is not supported for scan type ${type}, which has ${known}`;
      throw invalidParameter("rules", sentence);
    }
    if (seen.has(frequency)) {
      throw invalidParameter("rules", `Only one rule can have the scan frequency ${frequency}`);
    }
    seen.add(frequency);
  }
}

/** How one repository is scanned. */
export interface RepositoryScanning {
  readonly type: ScanType;
  /** Absent where its images are not scanned at all. */
  readonly frequency: ScanFrequency | undefined;
  /** The last filter of the deciding rule that fits. */
  readonly filter: string | undefined;
}

/**
 * The rule that holds for a repository: of two, the one that scans continuously. The repository's own
 * flag counts where no rule fits and the type is BASIC. Source: ECR, "Using filters"; spec 8.1, 8.2.
 */
export function scanningOf(
  { type, rules }: ScanningConfiguration,
  repository: Pick<Repository, "name" | "scanOnPush">,
): RepositoryScanning {
  let decided: RepositoryScanning | undefined;
  for (const { frequency, filters } of rules) {
    const filter = filters.findLast((each) => fitsFilter(each, repository.name));
    if (filter === undefined) continue;
    if (decided === undefined || weight(frequency) > weight(decided.frequency)) {
      decided = { type, frequency, filter };
    }
  }
  if (decided !== undefined) return decided;
  const unruled = { type, filter: undefined };
  if (type === "ENHANCED") {
    // Source: ECR, "Enhanced scanning": without rules, everything is scanned continuously.
    return { ...unruled, frequency: rules.length === 0 ? "CONTINUOUS_SCAN" : undefined };
  }
  return { ...unruled, frequency: repository.scanOnPush ? "SCAN_ON_PUSH" : "MANUAL" };
}

function weight(frequency: ScanFrequency | undefined): number {
  return ["MANUAL", "SCAN_ON_PUSH", "CONTINUOUS_SCAN"].indexOf(frequency ?? "MANUAL");
}

/** Without a `*`, a filter fits every name that it is a part of. Source: ECR, "Filter wildcards". */
export function fitsFilter(filter: string, name: string): boolean {
  return filter.includes("*") ? matchesWildcard(filter, name) : name.includes(filter);
}

import type {
  RegistryScanningConfiguration,
  RepositoryScanningConfiguration,
  ScanningRepositoryFilter,
} from "@aws-sdk/client-ecr";
import { repositoryArn } from "../../registry/names.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import type { ScanningConfiguration } from "../../registry/scanning/scan-type.ts";
import { scanningOf } from "../../registry/scanning/scanning-configuration.ts";
import type { Wire } from "./wire.ts";

export function scanningConfigurationAnswer({
  type,
  rules,
}: ScanningConfiguration): Wire<RegistryScanningConfiguration> {
  return {
    scanType: type,
    rules: rules.map(({ frequency, filters }) => ({
      scanFrequency: frequency,
      repositoryFilters: filters.map(filterAnswer),
    })),
  };
}

/** Nothing is said of a frequency where images are not scanned at all. */
export function repositoryScanningAnswer(
  configuration: ScanningConfiguration,
  repository: Repository,
): Wire<RepositoryScanningConfiguration> {
  const { frequency, filter } = scanningOf(configuration, repository);
  return {
    repositoryArn: repositoryArn(repository.registry, repository.name),
    repositoryName: repository.name,
    scanOnPush: frequency === "SCAN_ON_PUSH" || frequency === "CONTINUOUS_SCAN",
    scanFrequency: frequency,
    appliedScanFilters: filter === undefined ? [] : [filterAnswer(filter)],
  };
}

function filterAnswer(filter: string): Wire<ScanningRepositoryFilter> {
  return { filter, filterType: "WILDCARD" };
}

import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import {
  changeScanningConfiguration,
  scanningConfiguration,
} from "../scanning/scanning-configuration.ts";

/** Whether Inspector scans the images of a registry: whether its scanning is enhanced. */
export async function isScanningEnabled(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<boolean> {
  return (await scanningConfiguration(ports, registry)).type === "ENHANCED";
}

/** Has everything scanned continuously from now on, unless scanning is enhanced already: then that stays as it is. */
export async function enableScanning(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
): Promise<void> {
  await changeScanningConfiguration(ports, registry, (current) =>
    current.type === "ENHANCED" ? current : { type: "ENHANCED", rules: [] },
  );
}

/**
 * Ends enhanced scanning: nothing is matched again, and nothing is told of what was found, until it is
 * enabled again. Source: Inspector, "Deactivating": the registry goes back to basic scanning.
 */
export async function disableScanning(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
): Promise<void> {
  await changeScanningConfiguration(ports, registry, (current) =>
    current.type === "BASIC" ? current : { type: "BASIC", rules: [] },
  );
}

import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { RegistryEvent } from "../events/event.ts";
import type { Route } from "../events/route.ts";
import type { Digest } from "../names.ts";
import { isScannable } from "./inventory-image.ts";
import { isOfNow, queueScan } from "./request-scan.ts";
import type { ScanningConfiguration } from "./scan-type.ts";
import { scanningConfiguration, scanningOf } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * Routes events, and has the images scanned that they say were pushed, or are back from the archive,
 * where the registry's configuration wants that: in the transaction that takes the event out, so that
 * no push is missed and a push waits for nothing.
 */
export function scanPushed({ clock }: Pick<Ports, "clock">, route: Route): Route {
  return async (change, events) => {
    const taken = (await route(change, events)) ?? events.length;
    const configurations = new Map<string, ScanningConfiguration>();
    const seen = new Set<string>();
    for (const event of events.slice(0, taken)) {
      const digest = arrivedDigest(event);
      const key = `${event.partition} ${digest}`;
      if (digest === undefined || seen.has(key)) continue;
      seen.add(key);
      await scanArrived(change, configurations, event, digest, clock.now());
    }
    return taken;
  };
}

/** Of an image that can be pulled since. What is told again happened long ago. */
function arrivedDigest({ source, detailType, detail, replay }: RegistryEvent): Digest | undefined {
  if (source !== "aws.ecr" || replay !== undefined) return undefined;
  if (detailType !== "ECR Image Action" && detailType !== "ECR Referrer Action") return undefined;
  const action = detail["action-type"];
  const isBack = action === "UPDATE_STORAGE_CLASS" && detail["target-storage-class"] === "STANDARD";
  return action === "PUSH" || isBack ? (detail["image-digest"] as Digest) : undefined;
}

async function scanArrived(
  change: MetadataChange,
  configurations: Map<string, ScanningConfiguration>,
  { registry, partition: id }: RegistryEvent,
  digest: Digest,
  now: number,
): Promise<void> {
  const repository = await change.repositories.findById({ registry, id });
  if (repository === undefined) return;
  const name = `${registry.account} ${registry.region}`;
  const configuration =
    configurations.get(name) ?? (await scanningConfiguration({ metadata: change }, registry));
  configurations.set(name, configuration);
  const { type, frequency } = scanningOf(configuration, repository);
  if (frequency === undefined || frequency === "MANUAL") return;
  const image = await change.images.find(repository, digest);
  if (image === undefined || image.state !== "ACTIVE" || !isScannable(image)) return;
  const last = await change.scans.find({ repository, digest, type });
  const isRecent = last !== undefined && now < last.requestedAt + scanningLimits.rescanMs;
  // A tag more changes nothing of what is in the image.
  if (isRecent && isOfNow(last, image)) return;
  await queueScan(change, repository, digest, type, now);
}

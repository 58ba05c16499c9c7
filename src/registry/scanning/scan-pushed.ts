import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { RegistryEvent } from "../events/event.ts";
import type { Route } from "../events/route.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest } from "../names.ts";
import { replicationDetailType } from "../replication/replication-event.ts";
import { isScannable } from "./inventory-image.ts";
import { isOfNow, queueScan } from "./request-scan.ts";
import { scanAttachedTo } from "./scan-attached.ts";
import type { ScanningConfiguration } from "./scan-type.ts";
import { scanningConfiguration, scanningOf } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * Routes events, and has the images scanned that they say were pushed, were copied here from another
 * registry, or are back from the archive, where the registry's configuration wants that; and once more
 * those that something was attached to. In the transaction that takes the event out, so that no push is
 * missed and a push waits for nothing.
 */
export function scanPushed({ clock }: Pick<Ports, "clock">, route: Route): Route {
  return async (change, events) => {
    const taken = (await route(change, events)) ?? events.length;
    const configurations = new Map<string, ScanningConfiguration>();
    const seen = new Set<string>();
    for (const event of events.slice(0, taken)) {
      const digest = concernedDigest(event);
      const key = `${event.partition} ${digest} ${isArrival(event)}`;
      if (digest === undefined || seen.has(key)) continue;
      seen.add(key);
      await scanConcerned(change, configurations, event, digest, clock.now());
    }
    return taken;
  };
}

/** Of an image that can be pulled since, or not any more. What is told again happened long ago. */
function concernedDigest({
  source,
  detailType,
  detail,
  replay,
}: RegistryEvent): Digest | undefined {
  if (source !== "aws.ecr" || replay !== undefined) return undefined;
  if (detailType === replicationDetailType) {
    return detail.result === "SUCCESS" ? (detail["image-digest"] as Digest) : undefined;
  }
  if (detailType !== "ECR Image Action" && detailType !== "ECR Referrer Action") return undefined;
  const isKnown = ["PUSH", "DELETE", "UPDATE_STORAGE_CLASS"].includes(
    String(detail["action-type"]),
  );
  return isKnown ? (detail["image-digest"] as Digest) : undefined;
}

/** Pushed, copied from another registry, or back from the archive. */
function isArrival({ detail }: RegistryEvent): boolean {
  const action = detail["action-type"];
  const isBack = action === "UPDATE_STORAGE_CLASS" && detail["target-storage-class"] === "STANDARD";
  return action === "PUSH" || action === "REPLICATE" || isBack;
}

/** Only of these it is looked what they are about. What was copied does not tell its media type. */
function mayAttach({ detailType, detail }: RegistryEvent): boolean {
  if (detailType === "ECR Referrer Action" || detailType === replicationDetailType) return true;
  return isIndexType(String(detail["manifest-media-type"]));
}

async function scanConcerned(
  change: MetadataChange,
  configurations: Map<string, ScanningConfiguration>,
  event: RegistryEvent,
  digest: Digest,
  now: number,
): Promise<void> {
  const { registry, partition: id } = event;
  const repository = await change.repositories.findById({ registry, id });
  if (repository === undefined) return;
  const name = `${registry.account} ${registry.region}`;
  const configuration =
    configurations.get(name) ?? (await scanningConfiguration({ metadata: change }, registry));
  configurations.set(name, configuration);
  const { type, frequency } = scanningOf(configuration, repository);
  if (mayAttach(event)) await scanAttachedTo(change, repository, digest, type, now);
  if (!isArrival(event)) return;
  if (frequency === undefined || frequency === "MANUAL") return;
  const image = await change.images.find(repository, digest);
  if (image === undefined || image.state !== "ACTIVE" || !isScannable(image)) return;
  const last = await change.scans.find({ repository, digest, type });
  const isRecent = last !== undefined && now < last.requestedAt + scanningLimits.rescanMs;
  // A tag more changes nothing of what is in the image.
  if (isRecent && isOfNow(last, image)) return;
  await queueScan(change, repository, digest, type, now);
}

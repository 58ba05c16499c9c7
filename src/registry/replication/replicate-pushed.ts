import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { RegistryEvent } from "../events/event.ts";
import type { Route } from "../events/route.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import { queueReplication } from "./queue-replication.ts";
import { isSameRegistry } from "./replication-configuration.ts";
import { replicationDetailType } from "./replication-event.ts";
import {
  type ReplicationWish,
  type ReplicationWishes,
  replicationWishes,
  wishesFor,
} from "./replication-options.ts";

/**
 * Routes events, and has the images copied that they say were pushed, or are back from the archive, to
 * where the registry's rules want them: in the transaction that takes the event out, so that no push is
 * missed and a push waits for nothing. A copy that came from elsewhere is no push, and goes further only
 * in a chain; what came back from the trash, to where deletions go.
 * What a gate or a quarantine holds back is copied when it can be pulled.
 * Source: ECR, "Private image replication"; spec 5.2.
 */
export function replicatePushed({ clock }: Pick<Ports, "clock">, route: Route): Route {
  return async (change, events) => {
    const taken = (await route(change, events)) ?? events.length;
    const wishes = new Map<string, ReplicationWishes>();
    for (const arrived of arrivals(events.slice(0, taken))) {
      await queueArrived(change, wishes, arrived, clock.now());
    }
    return taken;
  };
}

interface Arrived {
  readonly event: RegistryEvent;
  readonly digest: Digest;
  readonly how: Arrival;
  /** `undefined` for an image that is back, with all that it has. */
  readonly tags: Set<Tag> | undefined;
}

type Arrival = "pushed" | "back" | "restored" | "copied";

/** Each image once, with the tags that it was pushed with. What is told again happened long ago. */
function arrivals(events: readonly RegistryEvent[]): Iterable<Arrived> {
  const found = new Map<string, Arrived>();
  for (const event of events) {
    const { detail, replay, partition } = event;
    const how = arrivalOf(event);
    if (replay !== undefined || how === undefined) continue;
    const digest = detail["image-digest"] as Digest;
    const key = `${partition} ${digest} ${how}`;
    const tags = how === "back" || how === "restored" ? undefined : new Set<Tag>();
    const arrived = found.get(key) ?? { event, digest, how, tags };
    found.set(key, arrived);
    if (detail["image-tag"] !== undefined) arrived.tags?.add(detail["image-tag"] as Tag);
  }
  return found.values();
}

function arrivalOf(event: RegistryEvent): Arrival | undefined {
  if (isPush(event)) return "pushed";
  if (isBackAgain(event)) return "back";
  const { source, detailType, detail } = event;
  if (detailType === "Entrepot Trash") {
    const isImage = source === "entrepot" && detail["resource-type"] === "IMAGE";
    return isImage && detail["action-type"] === "RESTORE" ? "restored" : undefined;
  }
  const isCopy = source === "aws.ecr" && detailType === replicationDetailType;
  return isCopy && detail["result"] === "SUCCESS" ? "copied" : undefined;
}

function isPush({ source, detailType, detail }: RegistryEvent): boolean {
  if (source !== "aws.ecr" || detail["action-type"] !== "PUSH") return false;
  return detailType === "ECR Image Action" || detailType === "ECR Referrer Action";
}

/** Out of the archive, or let go by what held it back. */
function isBackAgain({ source, detailType, detail }: RegistryEvent): boolean {
  if (detailType === "Entrepot Image Verdict") {
    return source === "entrepot" && detail["verdict"] === "ALLOWED";
  }
  if (source !== "aws.ecr" || detailType !== "ECR Image Action") return false;
  return (
    detail["action-type"] === "UPDATE_STORAGE_CLASS" &&
    detail["target-storage-class"] === "STANDARD"
  );
}

async function queueArrived(
  change: MetadataChange,
  known: Map<string, ReplicationWishes>,
  arrived: Arrived,
  now: number,
): Promise<void> {
  const { event, digest, tags } = arrived;
  const { registry, partition: id } = event;
  const name = `${registry.account} ${registry.region}`;
  const wishes = known.get(name) ?? (await replicationWishes({ metadata: change }, registry));
  known.set(name, wishes);
  if (wishes.configuration.rules.length === 0) return;
  const repository = await change.repositories.findById({ registry, id });
  if (repository === undefined) return;
  const destinations = wishesFor(wishes, repository.name).filter((wish) => isFor(wish, arrived));
  if (destinations.length === 0) return;
  const image = await change.images.find(repository, digest);
  if (image === undefined || image.state !== "ACTIVE" || image.hold !== undefined) return;
  const wanted =
    tags === undefined ? await change.tags.of(repository, digest, limits.tagsPerImage) : [...tags];
  for (const { destination } of destinations) {
    await queueReplication(change, repository, { digest, tags: wanted }, destination, now);
  }
}

/** A copy does not go back to where it came from; any other loop ends where it is there already. */
function isFor({ destination, option }: ReplicationWish, { event, how }: Arrived): boolean {
  if (how === "restored") return option?.deletes === true;
  if (how !== "copied") return true;
  const from = { account: event.detail["source-account"], region: event.detail["source-region"] };
  return option?.chain === true && !isSameRegistry(destination, from as Registry);
}

import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { EventDetail, RegistryEvent } from "../events/event.ts";
import { addNoticeEvent, type GalleryNotice } from "../events/private-gallery-event.ts";
import type { Route } from "../events/route.ts";
import { limits } from "../limits.ts";
import { type AccountId, type Digest, isDigest, isPublicRegistry } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { matchesWildcard } from "../wildcard.ts";
import { conditionsOf } from "./subscriptions.ts";
import { saysSo } from "./visibility.ts";

/**
 * Routes events, and tells those who subscribed to an entry of the private gallery of what these mean for
 * it, each on the event bus of its account: in the transaction that takes the event out.
 */
export function tellSubscribers({ clock }: Pick<Ports, "clock">, route: Route): Route {
  return async (change, events) => {
    const taken = (await route(change, events)) ?? events.length;
    const told = new Set<string>();
    for (const event of events.slice(0, taken)) {
      const notice = noticeOf(event);
      if (notice === undefined) continue;
      // Of one image, many findings are new at once.
      const key = `${event.partition} ${JSON.stringify(notice)}`;
      if (notice.action === "CRITICAL_FINDING" && told.has(key)) continue;
      told.add(key);
      const repository = { registry: event.registry, id: event.partition };
      await tell(change, repository, notice, { happenedAt: event.at, at: clock.now() });
    }
    return taken;
  };
}

/** What an event means for an entry of its repository. */
function noticeOf({
  source,
  detailType,
  detail,
  partition,
  registry,
  replay,
  passed,
}: RegistryEvent): GalleryNotice | undefined {
  if (partition === "" || replay !== undefined || passed !== undefined) return undefined;
  if (isPublicRegistry(registry)) return undefined;
  if (source === "aws.inspector2" && detailType === "Inspector2 Finding") return findingOf(detail);
  if (source !== "entrepot") return undefined;
  const action = detail["action-type"];
  if (detailType === "Entrepot Approval" && String(action).startsWith("APPROVED")) {
    return {
      ...{ action: "APPROVED", environment: textOf(detail.environment) },
      digest: textOf(detail["image-digest"]),
    };
  }
  const { state } = detail;
  const isChange = detailType === "Entrepot Gallery Version" && action === "PUT";
  if (!isChange || state === detail["previous-state"]) return undefined;
  if (state !== "DEPRECATED" && state !== "WITHDRAWN") return undefined;
  const [version, successor] = [textOf(detail.version), textOf(detail.successor)];
  return { action: state, version, successor };
}

function findingOf({ status, severity, resources }: EventDetail): GalleryNotice | undefined {
  if (status !== "ACTIVE" || severity !== "CRITICAL") return undefined;
  const [of] = resources as readonly { details?: { awsEcrContainerImage?: EventDetail } }[];
  return {
    action: "CRITICAL_FINDING",
    digest: textOf(of?.details?.awsEcrContainerImage?.imageHash),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function tell(
  change: MetadataChange,
  repository: RepositoryRef,
  notice: GalleryNotice,
  { happenedAt, at }: { readonly happenedAt: number; readonly at: number },
): Promise<void> {
  const { privateGallery } = change;
  const subscriptions = await privateGallery.subscriptions(repository);
  if (subscriptions.length === 0) return;
  const entry = await privateGallery.entry(repository);
  // While its repository lies in the trash, it goes by another name.
  const found = await change.repositories.findById(repository);
  if (entry === undefined || found?.name !== entry.name) return;
  const { account } = repository.registry;
  // A closed account shows no entry, and tells of none; and a closed one hears nothing.
  if (await isClosed(change, account)) return;
  const isFinding = notice.action === "CRITICAL_FINDING";
  if (isFinding && !(await isMeant(change, repository, notice, happenedAt))) return;
  for (const subscription of subscriptions) {
    const who = { account: subscription.subscriber, conditions: conditionsOf(subscription) };
    if (!saysSo(entry, who)) continue;
    if (who.account !== account && (await isClosed(change, who.account))) continue;
    const to = { account: subscription.subscriber, region: repository.registry.region };
    await addNoticeEvent(change, to, entry, notice, at);
  }
}

/** As it is in this transaction: what is remembered of accounts may be some seconds old. */
async function isClosed({ identity }: MetadataChange, id: AccountId): Promise<boolean> {
  return (await identity.accounts.find(id))?.status === "SUSPENDED";
}

/**
 * Whether an image is one that others are meant to use: approved at that time, which may have ended by the
 * same finding since, or of a version that is not withdrawn.
 */
async function isMeant(
  { approvals, privateGallery, tags }: MetadataChange,
  repository: RepositoryRef,
  { digest = "" }: GalleryNotice,
  at: number,
): Promise<boolean> {
  if (!isDigest(digest)) return false;
  const approved = await approvals.approvals(repository, digest as Digest);
  if (approved.some(({ until, ended }) => Math.min(until, ended?.at ?? until) >= at)) return true;
  const versions = await privateGallery.versions(repository);
  const used = versions.filter(({ state }) => state !== "WITHDRAWN");
  if (used.length === 0) return false;
  const names = await tags.of(repository, digest as Digest, limits.tagsPerImage);
  return used.some(({ images }) =>
    "digest" in images
      ? images.digest === digest
      : names.some((tag) => matchesWildcard(images.tagPattern, tag)),
  );
}

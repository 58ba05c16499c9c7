import type { AuditPosition } from "../../ports/audit-store.ts";
import type { LoggedEvent } from "../../ports/event-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import { type AuditFound, searchAudit } from "../audit/search-audit.ts";
import { readEvents } from "../events/read-events.ts";
import type { Caller } from "../identity/principal.ts";
import { type Digest, isTag, type Registry, repositoryArn, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { type ActivityKind, kindOfEvent, kindOfRecord } from "./activity-kind.ts";
import { searchLimits } from "./search-limits.ts";

/** One thing that happened to an image: a record of the audit trail, or an event. */
export type Activity = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: ActivityKind;
} & ({ readonly record: AuditEntry } | { readonly event: LoggedEvent["event"] });

/** Where a page ended in each of the two; `null`: nothing of it is left. */
export interface ActivityPosition {
  readonly record: AuditPosition | null | undefined;
  readonly event: number | null | undefined;
}

export interface ActivitySearch {
  readonly repository: Repository;
  readonly digest: Digest;
  /** Absent: all. */
  readonly kinds: readonly ActivityKind[] | undefined;
  /** Whether the caller may read the audit trail: events alone otherwise. */
  readonly withRecords: boolean;
  readonly after: ActivityPosition | undefined;
  readonly limit: number;
}

export interface ActivityFound {
  /** The newest first. */
  readonly activities: readonly Activity[];
  /** How far back this page looked, in milliseconds since the epoch; absent at the end. */
  readonly lookedBackTo: number | undefined;
  /** Absent at the end. */
  readonly next: ActivityPosition | undefined;
}

/** One of the two lists, as far as this page looked at it. */
interface Source {
  readonly found: readonly (Activity & { readonly order: number; readonly place: Place })[];
  /** What was looked at last, where there may be more. */
  readonly last: { readonly order: number; readonly place: Place } | undefined;
}
type Place = AuditPosition | number;

/**
 * What happened to an image: pulls, pushes, tags, scans, approvals, replication and refusals, of records
 * that name its digest, or a tag that named it at that time, and of events about it. Looks at so many of
 * each at most, so that a page may be short, and even empty, before the end.
 */
export async function imageActivity(
  ports: Ports,
  caller: Caller,
  search: ActivitySearch,
): Promise<ActivityFound> {
  const { after, limit } = search;
  const records = search.withRecords && after?.record !== null;
  const [recorded, told] = await Promise.all([
    records ? recordsOf(ports, search) : nothing,
    after?.event === null ? nothing : eventsOf(ports, caller, search),
  ]);
  // What one list was not looked at for yet may be newer than what the other one has.
  const horizon = Math.max(recorded.last?.order ?? 0, told.last?.order ?? 0);
  const page = [...recorded.found, ...told.found]
    .filter(({ order }) => order >= horizon)
    .sort((one, other) => other.order - one.order)
    .slice(0, limit);
  const next = {
    record: nextOf(recorded, page, after?.record) as AuditPosition | null | undefined,
    event: nextOf(told, page, after?.event) as number | null | undefined,
  };
  const isOver = next.record === null && next.event === null;
  const oldest = page.length === limit ? page.at(-1)?.order : horizon;
  return {
    activities: page.map(({ order: _order, place: _place, ...activity }) => activity),
    lookedBackTo: isOver ? undefined : oldest,
    next: isOver ? undefined : next,
  };
}

const nothing: Source = { found: [], last: undefined };

/** Where the next page begins in one list: after what was looked at, unless some of it is still to be told. */
function nextOf(
  { found, last }: Source,
  page: readonly object[],
  before: Place | null | undefined,
): Place | null | undefined {
  const told = found.filter((each) => page.includes(each));
  if (told.length < found.length) return told.at(-1)?.place ?? before;
  return last?.place ?? null;
}

async function recordsOf(ports: Ports, search: ActivitySearch): Promise<Source> {
  const { repository, digest, kinds, after, limit } = search;
  const { registry, name } = repository;
  const arn = repositoryArn(registry, name);
  const about = (entry: AuditEntry) => {
    const kind = kindOfRecord(entry);
    if (kind === undefined || kinds?.includes(kind) === false) return false;
    if (entry.action.resources?.some(({ ARN }) => ARN === arn) !== true) return false;
    return names(entry, digest) || tagsIn(entry).length > 0;
  };
  const asked = { registry, since: 0, until: Number.MAX_SAFE_INTEGER, limit, matches: about };
  const { entries, last }: AuditFound = await searchAudit(ports, {
    ...asked,
    before: after?.record ?? undefined,
  });
  const histories = new TagHistories(ports, repository);
  const found: Source["found"][number][] = [];
  for (const entry of entries) {
    if (!names(entry, digest) && !(await histories.named(entry, digest))) continue;
    const { at, id } = entry;
    const kind = kindOfRecord(entry)!;
    found.push({ ...{ at, kind, record: entry }, ...{ order: at, place: { at, id } } });
  }
  return { found, last: last && { order: last.at, place: last } };
}

/** Anywhere in what was asked and answered: each operation has its own name for it. */
function names({ action }: AuditEntry, text: string): boolean {
  const { requestParameters, responseElements, serviceEventDetails } = action;
  return JSON.stringify([requestParameters, responseElements, serviceEventDetails]).includes(text);
}

/** Tags that a request names in the place of a digest. */
function tagsIn({ action: { requestParameters: asked } }: AuditEntry): readonly Tag[] {
  const { imageId, imageIds, imageTag } = (asked ?? {}) as {
    readonly imageId?: { readonly imageTag?: unknown };
    readonly imageIds?: unknown;
    readonly imageTag?: unknown;
  };
  const ids = Array.isArray(imageIds) ? (imageIds as { readonly imageTag?: unknown }[]) : [];
  return [imageTag, imageId?.imageTag, ...ids.map((id) => id?.imageTag)].filter(
    (tag): tag is Tag => typeof tag === "string" && isTag(tag),
  );
}

/** Where tags pointed, each read once. */
class TagHistories {
  readonly #ports: Ports;
  readonly #repository: Repository;
  readonly #read = new Map<Tag, Promise<readonly { digest: Digest | undefined; at: number }[]>>();

  constructor(ports: Ports, repository: Repository) {
    this.#ports = ports;
    this.#repository = repository;
  }

  /** Whether a tag that the record names pointed at the image then. A push says the digest itself. */
  async named(entry: AuditEntry, digest: Digest): Promise<boolean> {
    for (const tag of tagsIn(entry)) {
      const moves = await this.#of(tag);
      const move = moves.find(({ at }) => at <= entry.at);
      if (move?.digest === digest) return true;
    }
    return false;
  }

  #of(tag: Tag) {
    const { tags } = this.#ports.metadata;
    const page = { limit: searchLimits.activityMoves };
    const known = this.#read.get(tag) ?? tags.history(this.#repository, tag, page);
    this.#read.set(tag, known);
    return known;
  }
}

async function eventsOf(ports: Ports, caller: Caller, search: ActivitySearch): Promise<Source> {
  const { repository, digest, kinds, after, limit } = search;
  const { registry, name } = repository;
  const isAbout = (event: LoggedEvent["event"]) =>
    event.passed === undefined &&
    isOurs(event.source) &&
    (kinds?.includes(kindOfEvent(event)) ?? true) &&
    isOf(event, registry, name, digest);
  let oldest: number | undefined;
  const { events, position, isMore } = await readEvents(ports, caller, {
    ...{ registry, isBackwards: true, size: limit, after: after?.event ?? undefined },
    filter: (event) => isAbout(event),
    isOver: ({ loggedAt }) => {
      oldest = loggedAt;
      return false;
    },
  });
  const found = events.map(({ event, position: place, loggedAt: order }) => ({
    ...{ at: event.at, kind: kindOfEvent(event), event, order, place },
  }));
  const isLeft = isMore && position !== undefined && oldest !== undefined;
  return { found, last: isLeft ? { order: oldest!, place: position! } : undefined };
}

/** What users put on the bus says nothing of ours. */
function isOurs(source: string): boolean {
  return source === "aws.ecr" || source === "aws.inspector2" || source === "entrepot";
}

/** Findings name the image by its ARN, all others by name and digest. */
function isOf(
  { detail, resources }: LoggedEvent["event"],
  registry: Registry,
  name: string,
  digest: Digest,
): boolean {
  const arn = repositoryArn(registry, name as Repository["name"]);
  if (resources.includes(`${arn}/${digest}`)) return true;
  const of = detail["repository-name"];
  return detail["image-digest"] === digest && (of === name || of === arn);
}

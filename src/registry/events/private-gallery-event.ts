import type { MetadataChange } from "../../ports/metadata-store.ts";
import { type Registry, repositoryArn } from "../names.ts";
import type { GalleryEntry, GalleryVersion } from "../private-gallery/entry.ts";
import type { GallerySettings } from "../private-gallery/fields.ts";
import type { Repository } from "../repositories/repository.ts";
import { addEvent, addRepositoryEvent } from "./new-event.ts";

type Change = Pick<MetadataChange, "outbox">;

/** What is wanted of all entries of a registry is another thing. */
export function addGallerySettingsEvent(
  change: Change,
  registry: Registry,
  { fields, categories, at }: GallerySettings & { readonly at: number },
): Promise<void> {
  const detail = { "action-type": "PUT", fields: fields.map(({ name }) => name), categories };
  const detailType = "Entrepot Gallery Settings";
  return addEvent(change, registry, { source: "entrepot", at, detailType, detail });
}

/** A repository is in the private gallery, or says something else of itself there, or is there no more. */
export function addEntryEvent(
  change: Change,
  repository: Repository,
  { action, by, at }: EntryAction,
): Promise<void> {
  return tell(change, repository, "Entrepot Gallery Entry", at, {
    ...{ "action-type": action, principal: by },
  });
}

export interface EntryAction {
  readonly action: "PUT" | "DELETE";
  /** An ARN. */
  readonly by: string;
  readonly at: number;
}

/** A version of an entry is there, is in another state, or is there no more. */
export function addVersionEvent(
  change: Change,
  repository: Repository,
  { version, state, successor }: Pick<GalleryVersion, "version" | "state" | "successor">,
  {
    action,
    by,
    at,
    before,
  }: EntryAction & { readonly before: GalleryVersion["state"] | undefined },
): Promise<void> {
  return tell(change, repository, "Entrepot Gallery Version", at, {
    ...{ "action-type": action, version, state, principal: by },
    ...(before === undefined ? {} : { "previous-state": before }),
    ...(successor === undefined ? {} : { successor }),
  });
}

/** What an entry's subscribers are told. */
export interface GalleryNotice {
  readonly action: "APPROVED" | "DEPRECATED" | "WITHDRAWN" | "CRITICAL_FINDING";
  readonly environment?: string | undefined;
  readonly digest?: string | undefined;
  readonly version?: string | undefined;
  readonly successor?: string | undefined;
}

/**
 * Tells a subscriber, on its own bus, what has become of an entry. Of findings no more than that there is
 * one: which it is, is for who may ask for findings.
 */
export function addNoticeEvent(
  change: Change,
  subscriber: Registry,
  { repository, name, title }: Pick<GalleryEntry, "repository" | "name" | "title">,
  { action, environment, digest, version, successor }: GalleryNotice,
  at: number,
): Promise<void> {
  const { registry } = repository;
  return addEvent(change, subscriber, {
    ...{ source: "entrepot", at, detailType: "Entrepot Gallery Notice" },
    resources: [repositoryArn(registry, name)],
    detail: {
      ...{ "action-type": action, "registry-id": registry.account, "repository-name": name, title },
      ...(environment === undefined ? {} : { environment }),
      ...(digest === undefined ? {} : { "image-digest": digest }),
      ...(version === undefined ? {} : { version }),
      ...(successor === undefined ? {} : { successor }),
    },
  });
}

function tell(
  change: Change,
  repository: Repository,
  detailType: string,
  at: number,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { registry, name } = repository;
  return addRepositoryEvent(change, repository, {
    ...{ source: "entrepot" as const, at, detailType, resources: [repositoryArn(registry, name)] },
    detail: { "repository-name": name, ...more },
  });
}

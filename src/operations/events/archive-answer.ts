import type { Archive, Replay } from "@aws-sdk/client-eventbridge";
import {
  archiveArn,
  type EventArchive,
  type EventReplayRun,
  replayArn,
} from "../../registry/events/archive.ts";
import { noSuchArchive } from "../../registry/events/archives.ts";
import { busArn, eventsArn } from "../../registry/events/rule.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import { ownRegistry } from "./event-target.ts";

export function archiveAnswer(archive: EventArchive): Wire<Archive> {
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn(archive.registry),
    State: "ENABLED",
    RetentionDays: archive.retentionDays,
    SizeBytes: archive.sizeBytes,
    EventCount: archive.eventCount,
    CreationTime: epochSeconds(archive.createdAt),
  };
}

/** What answers say of an archive that was made or changed. */
export function changedArchiveAnswer(archive: EventArchive) {
  return {
    ArchiveArn: archiveArn(archive),
    State: "ENABLED",
    CreationTime: epochSeconds(archive.createdAt),
  } as const;
}

export function replayAnswer(replay: EventReplayRun): Wire<Replay> {
  const { registry, archive, lastAt, endedAt, stateReason } = replay;
  return {
    ReplayName: replay.name,
    EventSourceArn: archiveArn({ registry, name: archive }),
    State: replay.state,
    ...(stateReason === undefined ? {} : { StateReason: stateReason }),
    EventStartTime: epochSeconds(replay.fromAt),
    EventEndTime: epochSeconds(replay.toAt),
    ...(lastAt === undefined ? {} : { EventLastReplayedTime: epochSeconds(lastAt) }),
    ReplayStartTime: epochSeconds(replay.startedAt),
    ...(endedAt === undefined ? {} : { ReplayEndTime: epochSeconds(endedAt) }),
  };
}

export function namedArchive({ ArchiveName }: { readonly ArchiveName: string }, caller: Caller) {
  return resource(archiveArn({ registry: ownRegistry(caller), name: ArchiveName }), caller);
}

export function namedReplay({ ReplayName }: { readonly ReplayName: string }, caller: Caller) {
  return resource(replayArn({ registry: ownRegistry(caller), name: ReplayName }), caller);
}

function resource(arn: string, { principal }: Caller): Resource {
  return { arn, account: principal.account, grants: "identity-only" };
}

/** The name of an archive of the caller's own. @throws ResourceNotFound */
export function archiveOfArn(arn: string, caller: Caller): string {
  const start = `${eventsArn(ownRegistry(caller))}:archive/`;
  if (!arn.startsWith(start)) throw noSuchArchive(arn);
  return arn.slice(start.length);
}

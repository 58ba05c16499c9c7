/** `entrepot events`: what happened. */
import type { EventEnvelope } from "../../../registry/events/event.ts";
import { CommandError } from "../client.ts";
import { shortDigest } from "../digests.ts";
import type { Server } from "../server.ts";
import { printable } from "../table.ts";

export interface EventsWish {
  readonly repository: string | undefined;
  readonly detailType: string | undefined;
  readonly pattern: string | undefined;
}

export interface FoundEvents {
  readonly events: readonly EventEnvelope[];
  /** How far was looked: a stream goes on after it. */
  readonly position: number | undefined;
  /** Whether there are more than are shown. */
  readonly more: boolean;
}

const pageSize = 200;
const mostEvents = 10_000;

/** What happened since then, in its order. @throws CommandError as `callServer` does */
export async function listEvents(
  server: Server,
  { repository, detailType, pattern }: EventsWish,
  since: number,
): Promise<FoundEvents> {
  const events: EventEnvelope[] = [];
  let position: number | undefined;
  let nextToken: string | undefined;
  do {
    const page = await server.call("entrepot:ListEvents", {
      ...{ repositoryName: repository, detailType, eventPattern: pattern },
      ...{ startTime: since / 1000, maxResults: pageSize, nextToken },
    });
    events.push(...page.events.map(({ event }) => event));
    position = page.position;
    nextToken = page.nextToken;
  } while (nextToken !== undefined && events.length < mostEvents);
  return { events, position, more: nextToken !== undefined };
}

/** Parameters of the stream that gives the same. */
export function streamWords({ repository, detailType, pattern }: EventsWish) {
  return {
    ...(repository === undefined ? {} : { repository }),
    ...(detailType === undefined ? {} : { "detail-type": detailType }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * `90s`, `10m`, `2h`, `7d` ago, or a time as ISO 8601 writes it.
 * @returns milliseconds since the epoch
 * @throws CommandError
 */
export function sinceTime(text: string, now: number): number {
  const [, count = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (unit !== "") return Math.max(0, now - Number(count) * unitsMs[unit as keyof typeof unitsMs]);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return Math.max(0, at);
  throw new CommandError("--since takes 90s, 10m, 2h, 7d, or a time such as 2026-11-28T12:00Z", 2);
}

/** One line. */
export function eventText({ time, "detail-type": type, detail }: EventEnvelope): string {
  const texts = ["action-type", "target-storage-class", "repository-name"].map(
    (name) => detail[name],
  );
  const digest = detail["image-digest"];
  const tag = detail["image-tag"];
  const words = [
    ...texts.filter((text) => typeof text === "string"),
    ...(typeof tag === "string" ? [tag] : []),
    ...(typeof digest === "string" ? [shortDigest(digest)] : []),
  ];
  return printable(`${time}  ${type}  ${words.join(" ")}`.trimEnd());
}

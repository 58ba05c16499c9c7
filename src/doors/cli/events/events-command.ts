import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import type { EventEnvelope } from "../../../registry/events/event.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { printable } from "../table.ts";
import { type EventsWish, eventText, listEvents, sinceTime, streamWords } from "./events.ts";
import { followEvents } from "./follow-events.ts";

export function addEventsCommand(program: Command, builder: CommandBuilder): void {
  const events = builder
    .command(program, "events", "tell what happened, or what happens")
    .option("--follow", "go on and tell what happens, until stopped")
    .option("--repository <name>", "only of that repository")
    .option("--detail-type <type>", "only of that type, such as 'ECR Image Action'")
    .option("--pattern <json>", "only what this event pattern matches")
    .option(
      "--since <when>",
      "from when on: 10m, 2h, 7d or a time (default: 1h; with --follow now)",
    );
  builder.addServerOptions(events).action(async (words: Words) => {
    const wish: EventsWish = {
      repository: textOf(words.repository),
      detailType: textOf(words.detailType),
      pattern: textOf(words.pattern),
    };
    const isFollowing = words.follow === true;
    const after = await showSince(builder, words, wish, isFollowing);
    if (isFollowing) await follow(builder, words, wish, after);
  });
}

/** @returns the position that what happens goes on after; `undefined`: now */
async function showSince(
  builder: CommandBuilder,
  words: Words,
  wish: EventsWish,
  isFollowing: boolean,
): Promise<number | undefined> {
  const since = textOf(words.since) ?? (isFollowing ? undefined : "1h");
  if (since === undefined) return undefined;
  const server = await builder.server(words);
  const found = await listEvents(server, wish, sinceTime(since, builder.commands.now()));
  if (isFollowing) {
    for (const event of found.events) showOne(builder, words, event);
    return found.position;
  }
  const { events, more } = found;
  const lines = events.map(eventText);
  const text = lines.length === 0 ? `Nothing happened since ${since}.` : lines.join("\n");
  builder.show(words, { events, more }, more ? `${text}\nThere are more.` : text);
  return undefined;
}

/** For programs a line of JSON for each. */
function showOne(builder: CommandBuilder, words: Words, event: EventEnvelope): void {
  builder.show(words, event, eventText(event));
}

async function follow(
  builder: CommandBuilder,
  words: Words,
  wish: EventsWish,
  after: number | undefined,
): Promise<void> {
  const stopped = builder.commands.stopped();
  await followEvents({
    ...{ wanted: streamWords(wish), after, stopped, server: () => builder.server(words) },
    show: (event) => showOne(builder, words, event),
    lost: (error, nextInMs) => {
      const next = `next try in ${nextInMs / 1000} seconds`;
      builder.terminal.error.write(`entrepot: ${printable(error.message)}; ${next}\n`);
    },
    // Stopped meanwhile: that is no failure.
    pause: (milliseconds) => pause(milliseconds, undefined, { signal: stopped }).catch(() => {}),
  });
}

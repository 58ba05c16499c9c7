import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";
import { authorize, type Resource } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { JsonError, parseStrictJson } from "../strict-json.ts";
import type { EventDetail, RegistryEvent } from "./event.ts";
import { eventLimits } from "./event-limits.ts";
import { busArn } from "./rule.ts";

/** An event as somebody brings it. */
export interface PutEntry {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly source: string | undefined;
  readonly resources: readonly string[];
  readonly detailType: string | undefined;
  /** JSON. */
  readonly detail: string | undefined;
  /** A name or an ARN. */
  readonly bus: string | undefined;
}

/** What became of an entry. */
export type PutOutcome =
  | { readonly id: string }
  | {
      readonly code: "InvalidArgument" | "MalformedDetail" | "NotAuthorizedForSourceException";
      readonly message: string;
    };

/** What services say themselves, and nobody in their name. */
const ownSources = /^(aws\.|entrepot(\.|$))/;

/**
 * Brings events of the caller's own onto the event bus, all that are taken at once: from there on they
 * are as the registry's. Each entry is judged by itself; one that is refused keeps no other.
 * Source: EventBridge, PutEvents.
 * @param bus what the caller was allowed to put events on
 * @throws Validation when they are too large together
 */
export async function putEvents(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  registry: Registry,
  entries: readonly PutEntry[],
  { caller, bus }: { readonly caller: Caller; readonly bus: Resource },
): Promise<PutOutcome[]> {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > eventLimits.putBytes) {
    const sentence = "Total size of the entries in the request is over the limit.";
    throw new RegistryError("Validation", sentence);
  }
  const events: RegistryEvent[] = [];
  const outcomes: PutOutcome[] = [];
  const now = ports.clock.now();
  for (const entry of entries) {
    const read = readEntry(registry, entry, now);
    const isAllowed = "code" in read || (await mayPut(ports, caller, bus, read));
    if ("code" in read) outcomes.push(read);
    else if (!isAllowed) outcomes.push(notAuthorized);
    else {
      events.push(read);
      outcomes.push({ id: read.id });
    }
  }
  if (events.length > 0) {
    await ports.metadata.transaction(async ({ outbox }) => {
      for (const event of events) await outbox.add(event);
    });
  }
  return outcomes;
}

const notAuthorized = {
  code: "NotAuthorizedForSourceException",
  message: "Not authorized for the source.",
} as const;

/** As EventBridge counts an entry: the time is 14 bytes. */
function sizeOf({ time, source = "", resources, detailType = "", detail = "" }: PutEntry): number {
  const texts = [source, detailType, detail, ...resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), time === undefined ? 0 : 14);
}

function readEntry(
  registry: Registry,
  entry: PutEntry,
  now: number,
): RegistryEvent | Exclude<PutOutcome, { id: string }> {
  const { source = "", detailType = "", detail = "", bus } = entry;
  for (const [name, value] of Object.entries({
    Source: source,
    DetailType: detailType,
    Detail: detail,
  })) {
    if (value === "") return invalid(name, `${name} is a required argument.`);
  }
  for (const [name, value] of Object.entries({ Source: source, DetailType: detailType })) {
    // Not every database stores a NUL. In `Detail` and `Resources` it is escaped.
    if (/\p{Cc}/u.test(value)) return invalid(name, `${name} must not have control characters.`);
  }
  if (source.length > 256) return invalid("Source", "Source must have 256 characters at most.");
  if (detailType.length > 128) {
    return invalid("DetailType", "DetailType must have 128 characters at most.");
  }
  if (bus !== undefined && bus !== "default" && bus !== busArn(registry)) {
    return invalid("EventBusName", `Event bus ${bus} does not exist.`);
  }
  if (ownSources.test(source)) return notAuthorized;
  const parsed = readDetail(detail);
  if (parsed === undefined) return { code: "MalformedDetail", message: "Detail is malformed." };
  return {
    ...{ id: randomUUID(), registry, at: entry.time ?? now, source, detailType },
    ...{ resources: entry.resources, detail: parsed, partition: "" },
  };
}

function invalid(name: string, reason: string) {
  const message = `Parameter ${name} is not valid. Reason: ${reason}`;
  return { code: "InvalidArgument", message } as const;
}

/** `undefined` for what is no JSON object, or nested too deeply. */
function readDetail(text: string): EventDetail | undefined {
  try {
    if (!(parseStrictJson(text, limits.jsonDepth, new Set()) instanceof Map)) return undefined;
    return JSON.parse(text) as EventDetail;
  } catch (error) {
    if (error instanceof JsonError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Policies may say which sources and types of events somebody may put. */
async function mayPut(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  caller: Caller,
  bus: Resource,
  { source, detailType }: RegistryEvent,
): Promise<boolean> {
  const conditions = new Map([
    ["events:source", source],
    ["events:detail-type", detailType],
  ]);
  const context = new RequestContext(caller, ports.clock.now(), conditions);
  return (await authorize(ports, caller.principal, "events:PutEvents", bus, context)).allowed;
}

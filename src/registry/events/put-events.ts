import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { limits } from "../limits.ts";
import type { Region, Registry } from "../names.ts";
import { authorize } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { JsonError, parseStrictJson } from "../strict-json.ts";
import type { EventDetail, RegistryEvent } from "./event.ts";
import { busOfArn, isSameRegistry } from "./event-bus.ts";
import { busResource } from "./event-bus-policy.ts";
import { isRegistryThere } from "./event-bus-target.ts";
import { eventLimits } from "./event-limits.ts";

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

/** Who puts events, and onto which buses there are. */
export interface Putting {
  readonly caller: Caller;
  /** The caller's own. */
  readonly registry: Registry;
  readonly regions: readonly Region[];
}

/**
 * The bus that an entry names, by the ARN where it is another account's: one of the caller's region.
 * `undefined` for what can be none. Source: EventBridge, PutEventsRequestEntry, EventBusName.
 */
export function busOfEntry(name: string | undefined, own: Registry): Registry | undefined {
  if (name === undefined || name === "default") return own;
  const named = busOfArn(name);
  const isHere = named?.name === "default" && named.registry.region === own.region;
  return isHere ? named.registry : undefined;
}

/**
 * Brings events of the caller's own onto event buses, all that are taken at once: from there on they
 * are as the registry's. Each entry is judged by itself; one that is refused keeps no other. On the bus of
 * another account an event is one that came from the caller's.
 * Source: EventBridge, PutEvents.
 * @throws Validation when they are too large together
 */
export async function putEvents(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  entries: readonly PutEntry[],
  putting: Putting,
): Promise<PutOutcome[]> {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > eventLimits.putBytes) {
    const sentence = "Total size of the entries in the request is over the limit.";
    throw new RegistryError("Validation", sentence);
  }
  const events: RegistryEvent[] = [];
  const outcomes: PutOutcome[] = [];
  for (const entry of entries) {
    const read = await judgeEntry(ports, entry, putting);
    if ("code" in read) outcomes.push(read);
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

async function judgeEntry(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  entry: PutEntry,
  { caller, registry, regions }: Putting,
): Promise<RegistryEvent | Refusal> {
  const to = busOfEntry(entry.bus, registry);
  const isOwn = to !== undefined && isSameRegistry(to, registry);
  // Whether others' are there is asked last, and told to who may put events on them alone.
  const read = readEntry(to, entry, ports.clock.now());
  if ("code" in read) return read;
  if (!(await mayPut(ports, caller, read))) return notAuthorized;
  if (isOwn) return read;
  const isThere = await isRegistryThere(ports.metadata, regions, read.registry);
  return isThere ? { ...read, passed: [registry] } : noSuchBus(entry.bus);
}

type Refusal = Exclude<PutOutcome, { id: string }>;

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
  registry: Registry | undefined,
  entry: PutEntry,
  now: number,
): RegistryEvent | Refusal {
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
  if (registry === undefined) return noSuchBus(bus);
  if (ownSources.test(source)) return notAuthorized;
  const parsed = readDetail(detail);
  if (parsed === undefined) return { code: "MalformedDetail", message: "Detail is malformed." };
  return {
    ...{ id: randomUUID(), registry, at: entry.time ?? now, source, detailType },
    ...{ resources: entry.resources, detail: parsed, partition: "" },
  };
}

function noSuchBus(bus = "") {
  return invalid("EventBusName", `Event bus ${bus} does not exist.`);
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
  { registry, source, detailType }: RegistryEvent,
): Promise<boolean> {
  const conditions = new Map([
    ["events:source", source],
    ["events:detail-type", detailType],
  ]);
  const context = new RequestContext(caller, ports.clock.now(), conditions);
  const bus = await busResource(ports, registry);
  return (await authorize(ports, caller.principal, "events:PutEvents", bus, context)).allowed;
}

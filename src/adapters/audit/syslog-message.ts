import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import {
  type CloudTrailRecord,
  toRecord,
  usernameOf,
} from "../../registry/audit/cloudtrail-record.ts";
import { forwardLimits } from "../../registry/trails/forward-limits.ts";

/** Source: RFC 5424, "Facility". */
export const facilities = {
  ...{ auth: 4, authpriv: 10, audit: 13 },
  ...{ local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21 },
  ...{ local6: 22, local7: 23 },
} as const;
export type Facility = keyof typeof facilities;

export interface MessageOptions {
  readonly facility: Facility;
  /** Who says it. */
  readonly hostname: string;
  /** Of a whole message. */
  readonly maxBytes: number;
}

const severities = { warning: 4, notice: 5, informational: 6 } as const;

/** What is left out first of a record that does not fit, in this order. */
const dispensable = [
  ...["requestParameters", "responseElements", "additionalEventData"],
  ...["serviceEventDetails", "resources", "errorMessage", "userAgent", "userIdentity"],
] as const;

/**
 * A record as a message of syslog. It is ASCII without control characters whatever the record says, so
 * that nobody can begin another message in it. Source: RFC 5424.
 */
export function syslogMessage(entry: AuditEntry, options: MessageOptions): Buffer {
  const { facility, hostname, maxBytes } = options;
  const { action, kind, at } = entry;
  const severity =
    action.errorCode !== undefined ? "warning" : action.readOnly ? "informational" : "notice";
  const priority = facilities[facility] * 8 + severities[severity];
  const time = new Date(at).toISOString();
  const head = `<${priority}>1 ${time} ${hostname} entrepot - ${kind} ${structured(entry)} `;
  return Buffer.from(head + recordText(toRecord(entry), maxBytes - head.length), "latin1");
}

/** The record as JSON of at most so many characters; `omitted` says what it lacks. */
function recordText(record: CloudTrailRecord, characters: number): string {
  let text = ascii(JSON.stringify(record));
  const rest: Partial<Record<string, unknown>> = { ...record };
  const omitted: string[] = [];
  for (const name of dispensable) {
    if (text.length <= characters) return text;
    if (rest[name] === undefined || rest[name] === null) continue;
    delete rest[name];
    omitted.push(name);
    text = ascii(JSON.stringify({ ...rest, omitted }));
  }
  if (text.length <= characters) return text;
  const { eventVersion, eventTime, eventID } = record;
  return ascii(JSON.stringify({ eventVersion, eventTime, eventID, omitted: ["all"] }));
}

/** JSON of the same meaning that every receiver takes. */
function ascii(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** 32473 is for examples, and for who has no number of their own. Source: RFC 5612. */
const dataId = "entrepot@32473";

function structured(entry: AuditEntry): string {
  const { registry, id, action, actor } = entry;
  const values = {
    eventID: id,
    account: registry.account,
    region: registry.region,
    eventSource: action.eventSource,
    eventName: action.eventName,
    user: usernameOf(entry),
    sourceIPAddress: actor.sourceIPAddress,
    errorCode: action.errorCode,
  };
  const parameters = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value = ""]) => ` ${name}="${parameter(value)}"`);
  return `[${dataId}${parameters.join("")}]`;
}

/** The whole value is in the record. */
function parameter(value: string): string {
  return value
    .slice(0, forwardLimits.valueCharacters)
    .replace(/[^\x20-\x7e]/g, "?")
    .replace(/["\\\]]/g, (mark) => `\\${mark}`);
}

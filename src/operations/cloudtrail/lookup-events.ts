import type {
  Event,
  LookupAttributeKey,
  LookupEventsRequest,
  LookupEventsResponse,
} from "@aws-sdk/client-cloudtrail";
import { z } from "zod";
import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import { auditLimits } from "../../registry/audit/audit-limits.ts";
import { toRecord, usernameOf } from "../../registry/audit/cloudtrail-record.ts";
import { searchAudit } from "../../registry/audit/search-audit.ts";
import { RegistryError } from "../../registry/errors.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { openAuditPosition, sealAuditPosition } from "./audit-position.ts";

const attributeKeys = [
  "AccessKeyId",
  "EventId",
  "EventName",
  "EventSource",
  "ReadOnly",
  "ResourceName",
  "ResourceType",
  "Username",
] as const satisfies readonly LookupAttributeKey[];

/**
 * Records of the caller's account in the region, the newest first, for as long as each kind is kept.
 * Differs from CloudTrail: what changes nothing is among them, pulls as well. Source: CloudTrail API,
 * LookupEvents.
 */
export const lookupEvents = operation("cloudtrail:LookupEvents", {
  input: request({
    LookupAttributes: z
      .array(
        z.object({ AttributeKey: z.enum(attributeKeys), AttributeValue: z.string().max(2000) }),
      )
      .optional(),
    StartTime: z.number().optional(),
    EndTime: z.number().optional(),
    EventCategory: z.string().optional(),
    MaxResults: z.number().int().optional(),
    NextToken: z.string().optional(),
  } satisfies Members<LookupEventsRequest>),
  resource: registryResource,
  access: "List",
  errors: [
    "InvalidEventCategory",
    "InvalidLookupAttributes",
    "InvalidMaxResults",
    "InvalidNextToken",
    "InvalidTimeRange",
  ],
  async handle(input, { ports, caller }): Promise<Wire<LookupEventsResponse>> {
    const { LookupAttributes: attributes = [], StartTime, EndTime, MaxResults, NextToken } = input;
    check(input);
    const { account, region } = caller;
    const listing = {
      operation: "LookupEvents",
      registry: { account, region },
      narrowedBy: [JSON.stringify([attributes, StartTime ?? null, EndTime ?? null])],
    };
    const { entries, last } = await searchAudit(ports, {
      registry: listing.registry,
      since: StartTime === undefined ? 0 : StartTime * 1000,
      until: EndTime === undefined ? Number.MAX_SAFE_INTEGER : EndTime * 1000 + 999,
      before: openAuditPosition(ports, listing, NextToken),
      limit: MaxResults ?? auditLimits.lookupEvents,
      matches: (entry) =>
        attributes.every(({ AttributeKey, AttributeValue }) =>
          valuesOf[AttributeKey](entry).includes(AttributeValue),
        ),
    });
    return {
      Events: entries.map(toEvent),
      ...(last && { NextToken: sealAuditPosition(ports, listing, last) }),
    };
  },
});

interface Checked {
  readonly LookupAttributes?: readonly object[] | undefined;
  readonly StartTime?: number | undefined;
  readonly EndTime?: number | undefined;
  readonly EventCategory?: string | undefined;
  readonly MaxResults?: number | undefined;
}

function check({ LookupAttributes, StartTime, EndTime, EventCategory, MaxResults }: Checked): void {
  if ((LookupAttributes?.length ?? 0) > 1) {
    throw new RegistryError("InvalidLookupAttributes", "Only one lookup attribute can be given.");
  }
  if (EventCategory !== undefined) {
    throw new RegistryError("InvalidEventCategory", "There are no insight events here.");
  }
  const max = auditLimits.lookupEvents;
  if (MaxResults !== undefined && (MaxResults < 1 || MaxResults > max)) {
    throw new RegistryError("InvalidMaxResults", `MaxResults must be from 1 to ${max}.`);
  }
  if (StartTime !== undefined && EndTime !== undefined && StartTime > EndTime) {
    throw new RegistryError("InvalidTimeRange", "The start time is after the end time.");
  }
}

const valuesOf = {
  AccessKeyId: ({ actor }) => [actor.userIdentity.accessKeyId],
  EventId: ({ id }) => [id],
  EventName: ({ action }) => [action.eventName],
  EventSource: ({ action }) => [action.eventSource],
  ReadOnly: ({ action }) => [String(action.readOnly)],
  // A repository by its name as well as by its ARN.
  ResourceName: ({ action }) => (action.resources ?? []).flatMap(({ ARN }) => [ARN, nameIn(ARN)]),
  ResourceType: ({ action }) => (action.resources ?? []).map(({ type }) => type),
  Username: (entry) => [usernameOf(entry)],
} as const satisfies Record<
  (typeof attributeKeys)[number],
  (entry: AuditEntry) => readonly unknown[]
>;

/** `team/app` in `arn:aws:ecr:us-east-1:000000000000:repository/team/app`. */
function nameIn(arn: string): string {
  const resource = arn.split(":").slice(5).join(":");
  return resource.slice(resource.indexOf("/") + 1);
}

function toEvent(entry: AuditEntry): Wire<Event> {
  const { id, at, actor, action } = entry;
  const { accessKeyId } = actor.userIdentity;
  return {
    EventId: id,
    EventName: action.eventName,
    ReadOnly: String(action.readOnly),
    ...(typeof accessKeyId === "string" ? { AccessKeyId: accessKeyId } : {}),
    EventTime: epochSeconds(at),
    EventSource: action.eventSource,
    Username: usernameOf(entry),
    Resources: (action.resources ?? []).map(({ ARN, type }) => ({
      ...(type === undefined ? {} : { ResourceType: type }),
      ResourceName: ARN,
    })),
    CloudTrailEvent: JSON.stringify(toRecord(entry)),
  };
}

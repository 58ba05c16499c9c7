import { z } from "zod";
import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import { auditKinds } from "../../registry/audit/audit-kinds.ts";
import {
  type CloudTrailRecord,
  toRecord,
  usernameOf,
} from "../../registry/audit/cloudtrail-record.ts";
import { searchAudit as search } from "../../registry/audit/search-audit.ts";
import { limits } from "../../registry/limits.ts";
import { openAuditPosition, sealAuditPosition } from "../cloudtrail/audit-position.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

// In the year 5138.
const latestSeconds = 1e11;
const text = z.string().min(1).max(2048).optional();

interface FoundRecords {
  /** Of which kind each is, in the same order as the records. */
  readonly kinds: readonly AuditEntry["kind"][];
  readonly records: readonly CloudTrailRecord[];
  readonly nextToken?: string;
}

/**
 * Records of the caller's account in the region, the newest first, that are all of what is asked: by
 * whom (a name, an ARN or an access key), what (a name of an event), on what (a part of an ARN), from
 * where, of which kinds, only failures, between which times (seconds since the epoch).
 */
export const searchAudit = operation("entrepot:SearchAudit", {
  input: request({
    who: text,
    what: text,
    resource: text,
    sourceAddress: text,
    kinds: z.array(z.enum(auditKinds)).min(1).max(auditKinds.length).optional(),
    errorsOnly: z.boolean().default(false),
    since: z.int().min(0).max(latestSeconds).optional(),
    until: z.int().min(0).max(latestSeconds).optional(),
    maxResults,
    nextToken,
  }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidNextToken", "InvalidParameter"],
  async handle(input, { ports, caller }): Promise<FoundRecords> {
    const { account, region } = caller;
    const { maxResults: size, nextToken: token, ...asked } = input;
    const registry = { account, region };
    const listing = { operation: "SearchAudit", registry, narrowedBy: [JSON.stringify(asked)] };
    const { entries, last } = await search(ports, {
      registry,
      since: (asked.since ?? 0) * 1000,
      until: asked.until === undefined ? Number.MAX_SAFE_INTEGER : asked.until * 1000,
      before: openAuditPosition(ports, listing, token),
      limit: size ?? limits.pageDefault,
      matches: (entry) => isAsked(entry, asked),
    });
    return {
      kinds: entries.map(({ kind }) => kind),
      records: entries.map(toRecord),
      ...(last && { nextToken: sealAuditPosition(ports, listing, last) }),
    };
  },
});

interface Asked {
  readonly who?: string | undefined;
  readonly what?: string | undefined;
  readonly resource?: string | undefined;
  readonly sourceAddress?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly errorsOnly: boolean;
}

function isAsked(entry: AuditEntry, asked: Asked): boolean {
  const { actor, action, kind } = entry;
  const { who, what, resource, sourceAddress, kinds, errorsOnly } = asked;
  if (errorsOnly && action.errorCode === undefined) return false;
  if (kinds?.includes(kind) === false) return false;
  if (what !== undefined && action.eventName.toLowerCase() !== what.toLowerCase()) return false;
  if (sourceAddress !== undefined && actor.sourceIPAddress !== sourceAddress) return false;
  if (who !== undefined) {
    const { arn, accessKeyId } = actor.userIdentity;
    if (![usernameOf(entry), arn, accessKeyId].includes(who)) return false;
  }
  if (resource === undefined) return true;
  return (action.resources ?? []).some(({ ARN }) => ARN.includes(resource));
}

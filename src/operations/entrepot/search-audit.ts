import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import { fitsFilter } from "../../registry/audit/audit-filter.ts";
import { type CloudTrailRecord, toRecord } from "../../registry/audit/cloudtrail-record.ts";
import { endOf } from "../../registry/audit/count-audit.ts";
import { searchAudit as search } from "../../registry/audit/search-audit.ts";
import { limits } from "../../registry/limits.ts";
import { openAuditPosition, sealAuditPosition } from "../cloudtrail/audit-position.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { auditFilter, auditTime } from "./audit-filter.ts";

interface FoundRecords {
  /** Of which kind each is, in the same order as the records. */
  readonly kinds: readonly AuditEntry["kind"][];
  readonly records: readonly CloudTrailRecord[];
  /** How far back was looked, where there may be more. */
  readonly lookedBackTo?: number;
  readonly nextToken?: string;
}

/**
 * Records of the caller's account in the region, the newest first, that are all of what is asked: by
 * whom (a name, an ARN or an access key), what (a name of an event), on what (a part of an ARN), from
 * where, by which program (a part of its name), with which error, of which kinds, only failures, only
 * reads or none, between which times (seconds since the epoch, both included as whole seconds).
 */
export const searchAudit = operation("entrepot:SearchAudit", {
  input: request({ ...auditFilter, since: auditTime, until: auditTime, maxResults, nextToken }),
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
      until: asked.until === undefined ? Number.MAX_SAFE_INTEGER : endOf(asked.until),
      before: openAuditPosition(ports, listing, token),
      limit: size ?? limits.pageDefault,
      matches: (entry) => fitsFilter(entry, asked),
    });
    return {
      kinds: entries.map(({ kind }) => kind),
      records: entries.map(toRecord),
      ...(last && {
        lookedBackTo: epochSeconds(last.at),
        nextToken: sealAuditPosition(ports, listing, last),
      }),
    };
  },
});

import { z } from "zod";
import { type AuditFacet, ofEachFacet } from "../../registry/audit/audit-filter.ts";
import { auditLimits } from "../../registry/audit/audit-limits.ts";
import {
  type AuditSpan,
  countAudit as count,
  periodsIn,
  trailBeginning,
  usualPeriod,
} from "../../registry/audit/count-audit.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { openAuditPosition, sealAuditPosition } from "../cloudtrail/audit-position.ts";
import { registryResource } from "../ecr/resource.ts";
import { nextToken, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { auditFilter, auditTime } from "./audit-filter.ts";

/** Of a trail without records: a span that is none would have no histogram. */
const emptySeconds = 3_600;

interface Counted {
  /** What is counted, in seconds since the epoch; to be asked with a `nextToken`, as is the next. */
  readonly since: number;
  readonly until: number;
  readonly periodSeconds: number;
  readonly recordCount: number;
  /** By when they begin, the newest first; those without records are left out. */
  readonly periods: readonly {
    readonly timestamp: number;
    readonly recordCount: number;
    readonly errorCount: number;
  }[];
  /**
   * Values of each member of the filter, and how many records have them that are all else that is asked
   * for; the most frequent 50 of what was counted.
   */
  readonly facets: Readonly<
    Record<AuditFacet, readonly { readonly value: string; readonly recordCount: number }[]>
  >;
  /** How far back was counted, where there may be more. */
  readonly countedBackTo?: number;
  readonly nextToken?: string;
}

/**
 * How many records are what SearchAudit would find, by time and by what they have of each member of the
 * filter. Counts 50,000 records at a time, from the newest on; parts add up. It is for who may search.
 */
export const countAudit = operation("entrepot:CountAudit", {
  action: "entrepot:SearchAudit",
  input: request({
    ...auditFilter,
    since: auditTime,
    until: auditTime,
    periodSeconds: z.int().min(1).optional(),
    nextToken,
  }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidNextToken", "InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Counted> {
    const { account, region } = caller;
    const { since: from, until: upTo, periodSeconds: chosen, nextToken: token, ...filter } = input;
    const registry = { account, region };
    const until = upTo ?? Math.ceil(ports.clock.now() / 1000);
    const beginning = from ?? (await trailBeginning(ports, registry)) ?? until - emptySeconds;
    const span: AuditSpan = { since: Math.min(beginning, until), until };
    const periodSeconds = chosen ?? usualPeriod(span);
    if (periodsIn(span, periodSeconds) > auditLimits.periodsMost) {
      const most = `the span has more than ${auditLimits.periodsMost} of them`;
      throw invalidParameter("periodSeconds", most);
    }
    const whole = { ...filter, ...span, periodSeconds };
    const listing = { operation: "CountAudit", registry, narrowedBy: [JSON.stringify(whole)] };
    const before = openAuditPosition(ports, listing, token);
    const counted = await count(ports, { registry, filter, ...span, periodSeconds, before });
    const { last, facets, periods } = counted;
    return {
      ...{ ...span, periodSeconds, recordCount: counted.records },
      periods: [...periods]
        .sort(([one], [other]) => other - one)
        .map(([timestamp, { records, errors }]) => ({
          ...{ timestamp, recordCount: records, errorCount: errors },
        })),
      facets: ofEachFacet((facet) =>
        facets[facet].map(([value, recordCount]) => ({ value, recordCount })),
      ),
      ...(last && {
        countedBackTo: epochSeconds(last.at),
        nextToken: sealAuditPosition(ports, listing, last),
      }),
    };
  },
});

import type { AuditEntry } from "./audit-entry.ts";
import type { AuditKind } from "./audit-kinds.ts";
import { usernameOf } from "./cloudtrail-record.ts";

/** By what records are told apart and counted: each value of it can be asked for. */
export const auditFacets = [
  ...(["who", "what", "resource", "sourceAddress", "userAgent", "errorCode"] as const),
] as const;
export type AuditFacet = (typeof auditFacets)[number];

/** What a record has to be; of what is absent it may be anything. */
export type AuditFilter = { readonly [facet in AuditFacet]?: string | undefined } & {
  readonly kinds?: readonly AuditKind[] | undefined;
  /** Only what was refused or failed. */
  readonly errorsOnly?: boolean | undefined;
  /** Only what reads, or only what may change something. */
  readonly readOnly?: boolean | undefined;
};

interface Facet {
  /** What the record has of it; of resources several. */
  valuesOf(entry: AuditEntry): readonly (string | undefined)[];
  /** Whether the record has what somebody asks for, which may be another name or a part of it. */
  has(entry: AuditEntry, wanted: string): boolean;
}

const facets: { readonly [facet in AuditFacet]: Facet } = {
  who: {
    valuesOf: (entry) => [nameOf(entry)],
    has: (entry, wanted) => {
      const { arn, accessKeyId } = entry.actor.userIdentity;
      return wanted === arn || wanted === accessKeyId || wanted === usernameOf(entry);
    },
  },
  what: {
    valuesOf: ({ action }) => [action.eventName],
    has: ({ action }, wanted) => action.eventName.toLowerCase() === wanted.toLowerCase(),
  },
  resource: {
    valuesOf: ({ action: { resources = [] } }) => [...new Set(resources.map(({ ARN }) => ARN))],
    has: ({ action: { resources = [] } }, wanted) =>
      resources.some(({ ARN }) => ARN.includes(wanted)),
  },
  sourceAddress: {
    valuesOf: ({ actor }) => [actor.sourceIPAddress],
    has: ({ actor }, wanted) => actor.sourceIPAddress === wanted,
  },
  userAgent: {
    valuesOf: ({ actor }) => [actor.userAgent],
    has: ({ actor }, wanted) => actor.userAgent.includes(wanted),
  },
  errorCode: {
    valuesOf: ({ action }) => [action.errorCode],
    has: ({ action }, wanted) => action.errorCode === wanted,
  },
};

function nameOf(entry: AuditEntry): string {
  const { arn } = entry.actor.userIdentity;
  return typeof arn === "string" ? arn : usernameOf(entry);
}

/** What a record has of a facet, each a value that the filter takes. */
export function facetValues(entry: AuditEntry, facet: AuditFacet): readonly string[] {
  const values = facets[facet].valuesOf(entry);
  return values.filter((value): value is string => value !== undefined && value !== "");
}

/** The same of each facet. */
export function ofEachFacet<Value>(
  of: (facet: AuditFacet) => Value,
): Readonly<Record<AuditFacet, Value>> {
  const [who, what, resource] = [of("who"), of("what"), of("resource")];
  const [sourceAddress, userAgent] = [of("sourceAddress"), of("userAgent")];
  return { who, what, resource, sourceAddress, userAgent, errorCode: of("errorCode") };
}

/** The facets in which a record is not what is asked for; absent: it is out for another reason. */
export function missedFacets(
  entry: AuditEntry,
  filter: AuditFilter,
): readonly AuditFacet[] | undefined {
  const { kinds, errorsOnly, readOnly } = filter;
  const { errorCode, readOnly: reads } = entry.action;
  if (errorsOnly === true && errorCode === undefined) return undefined;
  if (readOnly !== undefined && readOnly !== reads) return undefined;
  if (kinds?.includes(entry.kind) === false) return undefined;
  return auditFacets.filter((facet) => {
    const wanted = filter[facet];
    return wanted !== undefined && !facets[facet].has(entry, wanted);
  });
}

export function fitsFilter(entry: AuditEntry, filter: AuditFilter): boolean {
  return missedFacets(entry, filter)?.length === 0;
}

import type { AuditFilter } from "../../api/audit.ts";
import { type AuditFacet, auditFacets } from "../../api/audit-records.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { type TimeSpan, timeText } from "./audit-bars.ts";

/** What the address asks of the audit trail, and how to ask otherwise. */
export function useAskedAudit() {
  const [search, change] = usePlaceSearch();
  const facets = Object.fromEntries(
    auditFacets.flatMap((facet) => {
      const value = search.get(facet);
      return value === null || value === "" ? [] : [[facet, value]];
    }),
  ) as { readonly [facet in AuditFacet]?: string };
  const [since, until] = [secondsOf(search.get("since")), secondsOf(search.get("until"))];
  const errorsOnly = search.get("errors") === "1";
  const changesOnly = search.get("changes") === "1";
  const filter: AuditFilter = {
    ...facets,
    ...(errorsOnly && { errorsOnly }),
    ...(changesOnly && { readOnly: false }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
  const none = Object.fromEntries(auditFacets.map((facet) => [facet, ""]));
  return {
    ...{ filter, errorsOnly, changesOnly, isLive: search.get("live") === "1" },
    isNarrowed: Object.keys(filter).length > 0,
    hasSpan: since !== undefined || until !== undefined,
    setFacet: (facet: AuditFacet, value: string) => change({ [facet]: value.trim() }),
    setFlag: (name: "errors" | "changes" | "live", isSet: boolean) =>
      change({ [name]: isSet ? "1" : "" }),
    choose: (span: TimeSpan) =>
      change({ since: timeText(span.since), until: timeText(span.until) }, { isStep: true }),
    clearSpan: () => change({ since: "", until: "" }, { isStep: true }),
    clear: () => change({ ...none, since: "", until: "", errors: "", changes: "" }),
  };
}

export type AskedAudit = ReturnType<typeof useAskedAudit>;

/** Of an address that somebody may have written by hand. */
function secondsOf(text: string | null): number | undefined {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) || at < 0 ? undefined : Math.floor(at / 1000);
}

import type { Criteria, Sort } from "../../api/findings.ts";
import { usePlaceSearch } from "../../place-search.ts";

export const groups = ["none", "cve", "package", "repository", "image"] as const;
export type GroupBy = (typeof groups)[number];
export const sorts = [
  "PRIORITY",
  ...(["SEVERITY", "EPSS_SCORE", "INSPECTOR_SCORE"] as const),
  ...(["LAST_OBSERVED_AT", "FIRST_OBSERVED_AT"] as const),
] as const;

/** As Inspector writes them; the worst first. */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"] as const;

const texts = ["repository", "cve", "package"] as const;

/** What the address asks of findings. */
export function useAskedFindings() {
  const [search, change] = usePlaceSearch();
  const groupBy = groups.find((each) => each === search.get("by")) ?? "none";
  const sort = sorts.find((each) => each === search.get("sort")) ?? "PRIORITY";
  const wanted = (search.get("severity") ?? "").split(",").filter((each) => each !== "");
  const [repository = "", cve = "", named = ""] = texts.map((name) => search.get(name) ?? "");
  const isFixable = search.get("fixable") === "1";
  const isExploited = search.get("exploited") === "1";
  const isNarrowed =
    wanted.length > 0 || isFixable || isExploited || `${repository}${cve}${named}` !== "";
  const clear = () =>
    change({ severity: "", fixable: "", exploited: "", repository: "", cve: "", package: "" });
  const asked = { groupBy, sort, wanted, repository, cve, named, isFixable, isExploited };
  return { ...asked, isNarrowed, change, clear };
}

export type AskedFindings = ReturnType<typeof useAskedFindings>;

export function equal(value: string) {
  return [{ comparison: "EQUALS" as const, value }];
}

export function criteriaOf(asked: AskedFindings): Criteria {
  const { wanted, repository, cve, named, isFixable, isExploited } = asked;
  return {
    findingStatus: equal("ACTIVE"),
    ...(wanted.length > 0 && { severity: wanted.flatMap(equal) }),
    ...(repository !== "" && {
      ecrImageRepositoryName: [{ comparison: "PREFIX" as const, value: repository }],
    }),
    ...(cve !== "" && { vulnerabilityId: equal(cve.trim()) }),
    ...(named !== "" && {
      vulnerablePackages: [{ name: { comparison: "EQUALS" as const, value: named.trim() } }],
    }),
    ...(isFixable && { fixAvailable: equal("YES") }),
    ...(isExploited && { exploitAvailable: equal("YES") }),
  };
}

/** Absent where priority is the order, which Inspector does not know. */
export function sortOf({ sort }: AskedFindings): Sort | undefined {
  return sort === "PRIORITY" ? undefined : { field: sort, sortOrder: "DESC" };
}

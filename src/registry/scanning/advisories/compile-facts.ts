import type { SsvcDecision } from "../finding.ts";
import type { Rating } from "./advisory.ts";
import { advisoryLimits as limits } from "./advisory-limits.ts";
import {
  type Fields,
  fieldsOf,
  member,
  optionalFields,
  optionalTime,
  titleOf,
} from "./osv-record.ts";
import { cwesOf, vectorsOf, wordOf } from "./record-ratings.ts";
import type { VulnerabilityFacts } from "./vulnerability-facts.ts";

/** Vendors whose words about CVEs come with records of CVEs. */
const raters: Readonly<Record<string, string>> = {
  almalinux: "ALMALINUX",
  alpine: "ALPINE",
  amazon: "AMAZON",
  debian: "DEBIAN",
  github: "GITHUB",
  nvd: "NVD",
  redhat: "REDHAT",
  rocky: "ROCKY",
  suse: "SUSE",
  ubuntu: "UBUNTU",
};

/**
 * What a record of a CVE says wherever the CVE is. It has the form of OSV, without `affected`.
 * @throws RecordRefused
 */
export function compileFacts(value: unknown): Omit<VulnerabilityFacts, "epss" | "kev"> {
  const record = fieldsOf(value, "the record");
  const database = optionalFields(record, "database_specific");
  const ratings: Rating[] = [...vectorsOf(record, "NVD"), ...wordOf(database, "severity", "NVD")];
  const score = member(database, "base_score");
  if (typeof score === "number" && score >= 0 && score <= 10)
    ratings.push({ source: "NVD", score });
  const words = optionalFields(database, "vendor_severity");
  for (const vendor of Object.keys(words).slice(0, limits.ratings)) {
    if (Object.hasOwn(raters, vendor)) ratings.push(...wordOf(words, vendor, raters[vendor]!));
  }
  const publishedAt = optionalTime(record, "published");
  const title = titleOf(record);
  const ssvc = ssvcOf(optionalFields(database, "ssvc"));
  return {
    ratings,
    cwes: cwesOf(database),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(title === undefined ? {} : { title }),
    ...(ssvc === undefined ? {} : { ssvc }),
  };
}

/** Source: github.com/cisagov/vulnrichment, "options" of the SSVC container. */
function ssvcOf(fields: Fields): SsvcDecision | undefined {
  const word = (name: string) => {
    const value = member(fields, name);
    return typeof value === "string" && value.length <= 20 ? value : undefined;
  };
  const [exploitation, automatable] = [word("Exploitation"), word("Automatable")];
  const technicalImpact = word("Technical Impact");
  if (exploitation === undefined && automatable === undefined && technicalImpact === undefined) {
    return undefined;
  }
  return {
    ...(exploitation === undefined ? {} : { exploitation }),
    ...(automatable === undefined ? {} : { automatable }),
    ...(technicalImpact === undefined ? {} : { technicalImpact }),
  };
}

import type { CvssVersion } from "./cvss.ts";

/** How bad a vulnerability is, in the words of ECR. What is not rated is UNDEFINED and never LOW. */
export type Severity = "CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "INFORMATIONAL" | "UNDEFINED";

/** From the worst one on; what is not known is last. */
export const severities: readonly Severity[] = [
  "CRITICAL",
  "HIGH",
  "MEDIUM",
  "LOW",
  "INFORMATIONAL",
  "UNDEFINED",
];

/** The word of enhanced scanning, which has another one for what is not rated. Source: ECR API, ScanFinding. */
export function enhancedSeverity(severity: Severity): Exclude<Severity, "UNDEFINED"> | "UNTRIAGED" {
  return severity === "UNDEFINED" ? "UNTRIAGED" : severity;
}

/**
 * The word for a score. Version 2 knows nothing above high. Source: CVSS v3.1 and v4.0 Specifications,
 * "Qualitative Severity Rating Scale"; NVD's scale for v2.
 */
export function severityOfScore(score: number, version?: CvssVersion): Severity {
  if (!(score >= 0 && score <= 10)) return "UNDEFINED";
  if (score >= 9 && version !== "2.0") return "CRITICAL";
  if (score >= 7) return "HIGH";
  if (score >= 4) return "MEDIUM";
  return score > 0 ? "LOW" : "INFORMATIONAL";
}

export const ratingSources = [
  "ALMALINUX",
  "BITNAMI",
  "CNA",
  "DEBIAN",
  "GITHUB",
  "NVD",
  "RED_HAT",
  "ROCKY_LINUX",
  "SUSE",
  "UBUNTU",
  "OTHER",
] as const;
/** Who rates vulnerabilities, with a scale of words or without one. */
export type RatingSource = (typeof ratingSources)[number];

/** Words that mean the same to all who use them. */
const common: Readonly<Record<string, Severity>> = {
  critical: "CRITICAL",
  high: "HIGH",
  medium: "MEDIUM",
  moderate: "MEDIUM",
  low: "LOW",
  none: "INFORMATIONAL",
  informational: "INFORMATIONAL",
};

/** Sources: Red Hat, "Issue severity classification"; SUSE, "Security ratings". */
const important: Readonly<Record<string, Severity>> = { important: "HIGH" };

const own: Readonly<Partial<Record<RatingSource, Readonly<Record<string, Severity>>>>> = {
  ALMALINUX: important,
  RED_HAT: important,
  ROCKY_LINUX: important,
  SUSE: important,
  // Debian's urgencies say nothing of what is "not yet assigned" or "end-of-life".
  DEBIAN: { unimportant: "INFORMATIONAL" },
  UBUNTU: { negligible: "INFORMATIONAL" },
};

/** What a source's word means. UNDEFINED of words that it does not have, or that rate nothing. */
export function severityOfWord(source: RatingSource, word: string): Severity {
  // Debian marks guesses of its own by an asterisk.
  const bare = word.trim().toLowerCase();
  const key = bare.endsWith("*") ? bare.slice(0, -1) : bare;
  const scale = own[source];
  if (scale && Object.hasOwn(scale, key)) return scale[key] ?? "UNDEFINED";
  return (Object.hasOwn(common, key) ? common[key] : undefined) ?? "UNDEFINED";
}

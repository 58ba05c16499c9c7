import Badge from "@cloudscape-design/components/badge";

/** From the worst on. */
export const severities = [
  "CRITICAL",
  "HIGH",
  "MEDIUM",
  "LOW",
  "INFORMATIONAL",
  "UNDEFINED",
] as const;

const colors: Readonly<
  Record<
    string,
    "severity-critical" | "severity-high" | "severity-medium" | "severity-low" | "severity-neutral"
  >
> = {
  CRITICAL: "severity-critical",
  HIGH: "severity-high",
  MEDIUM: "severity-medium",
  LOW: "severity-low",
};

/** A letter as well as a colour. What Inspector calls untriaged is what ECR calls undefined. */
export function Severity({ severity }: { severity: string }) {
  const name = severity === "UNTRIAGED" ? "UNDEFINED" : severity;
  return <Badge color={colors[severity] ?? "severity-neutral"}>{name}</Badge>;
}

export function SeverityCounts({ counts }: { counts: Readonly<Record<string, number>> }) {
  return (
    <span>
      {severities
        .filter((severity) => (counts[severity] ?? 0) > 0)
        .map((severity) => (
          <span key={severity} title={severity}>
            <Badge color={colors[severity] ?? "severity-neutral"}>
              {severity[0]} {counts[severity]}
            </Badge>{" "}
          </span>
        ))}
    </span>
  );
}

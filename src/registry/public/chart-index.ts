import type { ChartValue } from "./chart-fields.ts";
import type { PublicChart } from "./charts.ts";

/**
 * Charts as `index.yaml` of a classic chart repository: by name, the newest push first, of one version
 * that is there several times the newest alone. Source: Helm, "The Chart Repository Guide".
 * @param urlOf where the archive of a chart is
 */
export function chartIndex(
  charts: readonly PublicChart[],
  urlOf: (chart: PublicChart) => string,
): string {
  const entries = new Map<string, Map<string, ChartValue>>();
  const sorted = charts.toSorted((one, other) => other.pushedAt - one.pushedAt);
  for (const chart of sorted) {
    const { name, version } = chart.fields;
    const versions = entries.get(name) ?? new Map<string, ChartValue>();
    entries.set(name, versions);
    if (versions.has(version)) continue;
    versions.set(version, {
      ...chart.fields,
      created: isoTime(chart.pushedAt),
      digest: chart.archive.replace(/^sha256:/, ""),
      urls: [urlOf(chart)],
    });
  }
  const listed = [...entries.entries()].map(([name, versions]) => [name, [...versions.values()]]);
  const index = {
    apiVersion: "v1",
    entries: Object.fromEntries(listed) as Record<string, ChartValue>,
    generated: isoTime(sorted[0]?.pushedAt ?? 0),
  };
  return `${linesOf(index, "").join("\n")}\n`;
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** Block style, with every text in quotes: nothing that a publisher writes can be anything else. */
function linesOf(value: ChartValue, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: ChartValue) => {
      if (isScalar(each)) return [`${indent}- ${scalar(each)}`];
      const [first = "", ...rest] = linesOf(each, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const key = `${indent}${/^[A-Za-z]+$/.test(name) ? name : quoted(name)}:`;
    if (isScalar(member)) return [`${key} ${scalar(member)}`];
    const lines = linesOf(member, `${indent}  `);
    if (lines.length > 0) return [key, ...lines];
    return [`${key} ${Array.isArray(member) ? "[]" : "{}"}`];
  });
}

function isScalar(value: ChartValue): value is boolean | string {
  return typeof value !== "object";
}

function scalar(value: boolean | string): string {
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A JSON text is one of YAML, but for characters that YAML can not have. YAML 1.2, 5.1. */
function quoted(text: string): string {
  return JSON.stringify(
    text.toWellFormed().replaceAll(/[\u007f-\u009f\ufeff\ufffe\uffff]/g, "\ufffd"),
  );
}

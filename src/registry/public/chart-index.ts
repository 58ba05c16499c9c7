import { type YamlValue, yamlText } from "../yaml-text.ts";
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
  const entries = new Map<string, Map<string, YamlValue>>();
  const sorted = charts.toSorted((one, other) => other.pushedAt - one.pushedAt);
  for (const chart of sorted) {
    const { name, version } = chart.fields;
    const versions = entries.get(name) ?? new Map<string, YamlValue>();
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
    entries: Object.fromEntries(listed) as Record<string, YamlValue>,
    generated: isoTime(sorted[0]?.pushedAt ?? 0),
  };
  return yamlText(index);
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}

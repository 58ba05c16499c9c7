/** What deploy/monitoring asks of Prometheus is there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Metrics } from "../../src/adapters/telemetry/metrics.ts";
import { PortTimes } from "../../src/adapters/telemetry/port-times.ts";
import { testPorts } from "../support/ports.ts";

const folder = fileURLToPath(new URL("../../deploy/monitoring/", import.meta.url));
const read = (name: string) => readFileSync(folder + name, "utf8");

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Names of metrics in a query: not those that rules record, which have colons. */
function metricsIn(text: string): string[] {
  const names = text.match(/(?<![\w:])(entrepot|nodejs|process)_[a-z0-9_]+(?!:)/g) ?? [];
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ""));
}

it("names no metric that the program does not show, and has each of its own in the dashboard", async () => {
  const opened = await testPorts();
  const metrics = new Metrics({
    ...opened.ports,
    ...{ connections: () => 0, logBytes: () => 0, portTimes: new PortTimes() },
    load: () => ({
      database: { waiting: 0, inUse: 0, size: 1 },
      layerThreads: { threads: 0, waiting: 0 },
      dataKeys: { hits: 0, misses: 0 },
    }),
  });
  const { text } = await metrics.text();
  await opened.close();
  const shown = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? ""));

  const { panels } = JSON.parse(read("grafana-dashboard.json")) as { panels: readonly Panel[] };
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(queries.length).toBeGreaterThan(40);
  const inDashboard = queries.flatMap(metricsIn);
  const rules = read("entrepot-rules.yml");
  for (const name of [...inDashboard, ...metricsIn(rules)]) expect(shown).toContain(name);
  const unwatched = [...shown].filter(
    (name) => name.startsWith("entrepot_") && !inDashboard.includes(name) && !rules.includes(name),
  );
  expect(unwatched).toEqual([
    "entrepot_pull_times_dropped_total",
    "entrepot_layer_threads",
    "entrepot_manifest_cache_bytes",
    "entrepot_key_call_failures_total",
    "entrepot_layer_work_call_failures_total",
    "entrepot_egress_call_duration_seconds",
  ]);
});

it("says of every alert what is wrong and how urgent it is", () => {
  const alerts = read("entrepot-rules.yml")
    .split(/^ {6}- alert: /m)
    .slice(1);
  expect(alerts.length).toBeGreaterThan(15);
  for (const alert of alerts) {
    expect(alert).toMatch(/severity: (page|ticket)/);
    expect(alert).toMatch(/summary: \S/);
  }
});

import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import { isRegistryError } from "../../registry/errors.ts";
import { AuditMetrics } from "./audit-metrics.ts";
import { type Durations, Histogram } from "./histogram.ts";
import type { PortTimes } from "./port-times.ts";
import { addProcessGauges, type ProcessSources } from "./process-gauges.ts";
import { addStoreGauges, type StoreSources } from "./store-gauges.ts";

export interface MetricsSources extends StoreSources, ProcessSources {
  readonly portTimes?: PortTimes | undefined;
}

/** One request as the metrics count it. */
export interface AnsweredRequest {
  /** One of a few: never a path or another text that a client chooses. */
  readonly route: string;
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly elapsedMs: number;
  /** Until the head of the answer went out; `undefined` where none did. */
  readonly firstByteMs: number | undefined;
}

/** What garbage collection did in one run. */
export type ReclaimedCounts = Readonly<
  Record<"images" | "repositories" | "layers" | "objects" | "uploads" | "moved" | "bytes", number>
>;

export type LifecycleCounts = Readonly<
  Record<"expired" | "archived" | "untagged" | "failed" | "freedBytes", number>
>;

interface Asked {
  readonly durations: Durations;
  readonly outcomes: Map<string, number>;
}

interface Routed {
  readonly durations: Durations;
  readonly firstBytes: Durations;
  readonly statuses: Map<number, number>;
}

/**
 * What `/metrics` shows, in the form of Prometheus. What is on the path of every request is counted in
 * plain numbers, and handed over at a scrape. Labels are the program's own words but for names of
 * repositories, of which few are shown.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #clock: MetricsSources["clock"];
  readonly #portTimes: PortTimes | undefined;
  readonly #operations = new Map<string, Asked>();
  readonly #routes = new Map<string, Routed>();
  readonly #operationTimes = new Histogram(
    "entrepot_operation_duration_seconds",
    "Time from an operation's start to its outcome.",
    ["operation"],
  );
  readonly #requestTimes = new Histogram(
    "entrepot_http_request_duration_seconds",
    "Time from a request's head to the end of its answer.",
    ["route"],
  );
  readonly #firstByteTimes = new Histogram(
    "entrepot_http_first_byte_seconds",
    "Time from a request's head to the head of its answer.",
    ["route"],
  );
  readonly #reclaimedBytes: Counter;
  readonly #reclaimed: Counter<"kind">;
  readonly #lifecycleRuns: Counter;
  readonly #lifecycle: Counter<"action">;
  readonly #dropped: Counter;
  readonly #jobs: Counter<"kind" | "outcome">;
  /** Of trails, and of who is told audit records. */
  readonly audit: AuditMetrics;
  #receivedBytes = 0;
  #sentBytes = 0;

  constructor(sources: MetricsSources) {
    this.#clock = sources.clock;
    this.#portTimes = sources.portTimes;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    // Gauges that are called totals, and are the sums of others.
    for (const what of ["handles", "requests", "resources"]) {
      this.#registry.removeSingleMetric(`nodejs_active_${what}_total`);
    }
    this.#addRequests(registers);
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.#reclaimedBytes = counter(
      "entrepot_reclaimed_bytes_total",
      "Stored bytes that garbage collection freed.",
    );
    this.#reclaimed = new Counter({
      name: "entrepot_reclaimed_total",
      help: "What garbage collection removed, and objects that it moved to another storage class.",
      labelNames: ["kind"],
      registers,
    });
    this.#lifecycleRuns = counter(
      "entrepot_lifecycle_runs_total",
      "Runs of lifecycle policies on a repository by this process.",
    );
    this.#lifecycle = new Counter({
      name: "entrepot_lifecycle_images_total",
      help: "Images that lifecycle policies did something to, or could not.",
      labelNames: ["action"],
      registers,
    });
    this.#dropped = counter(
      "entrepot_pull_times_dropped_total",
      "Images whose last pull was not recorded, as the database took no writes for too long.",
    );
    this.#jobs = new Counter({
      name: "entrepot_jobs_ended_total",
      help: "Attempts at jobs by this process, by outcome: ok, failed, or dead.",
      labelNames: ["kind", "outcome"],
      registers,
    });
    this.audit = new AuditMetrics(this.#registry, sources);
    addStoreGauges(this.#registry, sources);
    addProcessGauges(this.#registry, sources);
  }

  /** Fits the observer of operations. */
  performed(event: { operation: string; startedAt: number; error: unknown }): void {
    let asked = this.#operations.get(event.operation);
    if (asked === undefined) {
      asked = { durations: this.#operationTimes.of(event.operation), outcomes: new Map() };
      this.#operations.set(event.operation, asked);
    }
    const outcome = outcomeOf(event.error);
    asked.outcomes.set(outcome, (asked.outcomes.get(outcome) ?? 0) + 1);
    asked.durations.observe(Math.max(0, this.#clock.now() - event.startedAt) / 1000);
  }

  answered(request: AnsweredRequest): void {
    const { route, status, firstByteMs } = request;
    let known = this.#routes.get(route);
    if (known === undefined) {
      const durations = this.#requestTimes.of(route);
      known = { durations, firstBytes: this.#firstByteTimes.of(route), statuses: new Map() };
      this.#routes.set(route, known);
    }
    known.statuses.set(status, (known.statuses.get(status) ?? 0) + 1);
    known.durations.observe(request.elapsedMs / 1000);
    if (firstByteMs !== undefined) known.firstBytes.observe(firstByteMs / 1000);
    this.#receivedBytes += request.receivedBytes;
    this.#sentBytes += request.sentBytes;
  }

  reclaimed({ bytes, ...counts }: ReclaimedCounts): void {
    this.#reclaimedBytes.inc(bytes);
    for (const [kind, count] of Object.entries(counts)) this.#reclaimed.inc({ kind }, count);
  }

  lifecycleRan({ expired, archived, untagged, failed }: LifecycleCounts): void {
    this.#lifecycleRuns.inc();
    const counts = { expired, archived, untagged, failed };
    for (const [action, count] of Object.entries(counts)) this.#lifecycle.inc({ action }, count);
  }

  pullTimesDropped(images: number): void {
    this.#dropped.inc(images);
  }

  jobEnded(kind: string, outcome: "ok" | "failed" | "dead"): void {
    this.#jobs.inc({ kind, outcome });
  }

  async text(): Promise<{ contentType: string; text: string }> {
    const counted = await this.#registry.metrics();
    const histograms = [this.#operationTimes, this.#requestTimes, this.#firstByteTimes];
    const times = histograms.map((each) => each.text()).join("");
    const text = `${counted.trimEnd()}\n${times}${this.#portTimes?.text() ?? ""}`;
    return { contentType: this.#registry.contentType, text };
  }

  #addRequests(registers: Registry[]): void {
    const bytes = (name: string, help: string, read: () => number) =>
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    bytes("entrepot_received_bytes_total", "Bytes of requests.", () => this.#receivedBytes);
    bytes("entrepot_sent_bytes_total", "Bytes of answers.", () => this.#sentBytes);
    const routes = this.#routes;
    new Counter({
      name: "entrepot_http_requests_total",
      help: "HTTP requests that were answered.",
      labelNames: ["route", "status"],
      registers,
      collect() {
        this.reset();
        for (const [route, { statuses }] of routes) {
          for (const [status, count] of statuses) this.inc({ route, status }, count);
        }
      },
    });
    const operations = this.#operations;
    new Counter({
      name: "entrepot_operations_total",
      help: "Operations that were asked, by outcome: ok, or the kind of the error.",
      labelNames: ["operation", "outcome"],
      registers,
      collect() {
        this.reset();
        for (const [operation, { outcomes }] of operations) {
          for (const [outcome, count] of outcomes) this.inc({ operation, outcome }, count);
        }
      },
    });
  }
}

function outcomeOf(error: unknown): string {
  if (error === undefined) return "ok";
  return isRegistryError(error) ? error.kind : "Internal";
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Clock } from "../../ports/clock.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import { isRegistryError } from "../../registry/errors.ts";

export interface MetricsSources {
  readonly clock: Clock;
  readonly metadata: Pick<
    MetadataStore,
    "repositories" | "objects" | "reclaim" | "jobs" | "quotas"
  >;
  /** Connections that are open now. */
  readonly connections: () => number;
  /** Of the metadata's write-ahead log, where it is this process's own. */
  readonly logBytes?: (() => number) | undefined;
}

/** One request as the metrics count it. */
export interface AnsweredRequest {
  /** One of a few: never a path or another text that a client chooses. */
  readonly route: string;
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600,
];

/** What `/metrics` shows, in the form of Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #clock: Clock;
  readonly #operations: Counter<"operation" | "outcome">;
  readonly #durations: Histogram<"operation">;
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #reclaimed: Counter;
  readonly #pullTimesDropped: Counter;
  readonly #jobs: Counter<"kind" | "outcome">;
  // Counted here and handed over at a scrape: this is on the path of every request.
  readonly #requests = new Map<string, { route: string; status: number; count: number }>();
  #receivedBytes = 0;
  #sentBytes = 0;

  constructor(sources: MetricsSources) {
    this.#clock = sources.clock;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#operations = new Counter({
      name: "entrepot_operations_total",
      help: "Operations that were asked, by outcome: ok, or the kind of the error.",
      labelNames: ["operation", "outcome"],
      registers,
    });
    this.#durations = new Histogram({
      name: "entrepot_operation_duration_seconds",
      help: "Time from an operation's start to its outcome.",
      labelNames: ["operation"],
      buckets: durationBuckets,
      registers,
    });
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.#received = counter("entrepot_received_bytes_total", "Bytes of requests.");
    this.#sent = counter("entrepot_sent_bytes_total", "Bytes of answers.");
    this.#reclaimed = counter(
      "entrepot_reclaimed_bytes_total",
      "Stored bytes that garbage collection freed.",
    );
    this.#pullTimesDropped = counter(
      "entrepot_pull_times_dropped_total",
      "Images whose last pull was not recorded, as the database took no writes for too long.",
    );
    this.#jobs = new Counter({
      name: "entrepot_jobs_ended_total",
      help: "Attempts at jobs by this process, by outcome: ok, failed, or dead.",
      labelNames: ["kind", "outcome"],
      registers,
    });
    this.#addRequests(registers);
    this.#addJobs(sources, registers);
    this.#addQuotas(sources, registers);
    this.#addTotals(sources, registers);
  }

  /** Fits the observer of operations. */
  performed(event: { operation: string; startedAt: number; error: unknown }): void {
    this.#operations.inc({ operation: event.operation, outcome: outcomeOf(event.error) });
    const elapsedMs = Math.max(0, this.#clock.now() - event.startedAt);
    this.#durations.observe({ operation: event.operation }, elapsedMs / 1000);
  }

  answered({ route, status, receivedBytes, sentBytes }: AnsweredRequest): void {
    const key = `${status} ${route}`;
    const known = this.#requests.get(key);
    if (known === undefined) this.#requests.set(key, { route, status, count: 1 });
    else known.count += 1;
    this.#receivedBytes += receivedBytes;
    this.#sentBytes += sentBytes;
  }

  reclaimed(bytes: number): void {
    this.#reclaimed.inc(bytes);
  }

  pullTimesDropped(images: number): void {
    this.#pullTimesDropped.inc(images);
  }

  jobEnded(kind: string, outcome: "ok" | "failed" | "dead"): void {
    this.#jobs.inc({ kind, outcome });
  }

  async text(): Promise<{ contentType: string; text: string }> {
    this.#received.inc(this.#receivedBytes);
    this.#sent.inc(this.#sentBytes);
    this.#receivedBytes = 0;
    this.#sentBytes = 0;
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #addRequests(registers: Registry[]): void {
    const requests = this.#requests;
    new Counter({
      name: "entrepot_http_requests_total",
      help: "HTTP requests that were answered.",
      labelNames: ["route", "status"],
      registers,
      collect() {
        this.reset();
        for (const { route, status, count } of requests.values())
          this.inc({ route, status }, count);
      },
    });
  }

  #addJobs({ metadata }: MetricsSources, registers: Registry[]): void {
    new Gauge({
      name: "entrepot_jobs",
      help: "Jobs of the whole deployment that wait, run, or are dead.",
      labelNames: ["kind", "state"],
      registers,
      async collect() {
        const counts = await metadata.jobs.counts();
        this.reset();
        for (const { kind, state, jobs } of counts) this.set({ kind, state }, jobs);
      },
    });
  }

  /** By unit and state, not by prefix: of those there may be thousands. */
  #addQuotas({ metadata }: MetricsSources, registers: Registry[]): void {
    new Gauge({
      name: "entrepot_quotas",
      help: "Quotas of the whole deployment: all, those still counting, those over a limit.",
      labelNames: ["unit", "state"],
      registers,
      async collect() {
        const counts = await metadata.quotas.counts();
        this.reset();
        for (const { unit: name, quotas, counting, overSoft, overHard } of counts) {
          const unit = name.toLowerCase();
          this.set({ unit, state: "all" }, quotas);
          this.set({ unit, state: "counting" }, counting);
          this.set({ unit, state: "over_soft" }, overSoft);
          this.set({ unit, state: "over_hard" }, overHard);
        }
      },
    });
  }

  #addTotals({ metadata, connections, logBytes }: MetricsSources, registers: Registry[]): void {
    const gauge = (name: string, help: string, read: () => Promise<number> | number) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await read());
        },
      });
    const totals = () => metadata.repositories.totals();
    gauge("entrepot_repositories", "Repositories of all registries.", async () => {
      return (await totals()).repositories;
    });
    gauge("entrepot_images", "Images of all repositories.", async () => (await totals()).images);
    gauge("entrepot_image_bytes", "Bytes of images as repositories count them.", async () => {
      return (await totals()).sizeBytes;
    });
    gauge("entrepot_stored_bytes", "Sealed bytes of all stored objects.", async () => {
      return (await metadata.objects.totals()).sealedBytes;
    });
    gauge("entrepot_reclaim_waiting", "What waits for garbage collection.", () =>
      metadata.reclaim.count(),
    );
    gauge("entrepot_connections", "Connections that are open.", connections);
    if (logBytes === undefined) return;
    gauge("entrepot_metadata_log_bytes", "Length of SQLite's write-ahead log.", logBytes);
  }
}

function outcomeOf(error: unknown): string {
  if (error === undefined) return "ok";
  return isRegistryError(error) ? error.kind : "Internal";
}

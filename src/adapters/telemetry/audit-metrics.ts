import { Counter, Gauge, type Registry } from "prom-client";
import type { ReceiverKind } from "../../ports/audit-receiver.ts";
import { isForwarder } from "../../registry/trails/forward-records.ts";
import { isLogging, type Trail } from "../../registry/trails/trail.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import type { StoreSources } from "./store-gauges.ts";

type Sources = Pick<StoreSources, "metadata" | "clock">;

/** Trails, and audit records that are forwarded. Gauges are of the deployment, counters of the process. */
export class AuditMetrics {
  readonly #files: Counter;
  readonly #fileFailures: Counter;
  readonly #forwarded: Counter<"receiver">;
  readonly #refused: Counter<"receiver">;
  readonly #failures: Counter<"receiver">;

  constructor(registry: Registry, sources: Sources) {
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    const byReceiver = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ["receiver"] as const, registers });
    this.#files = counter("entrepot_trail_files_total", "Files that trails wrote.");
    this.#fileFailures = counter(
      "entrepot_trail_failures_total",
      "Attempts at writing the files or digests of a trail that failed.",
    );
    this.#forwarded = byReceiver(
      "entrepot_audit_forwarded_total",
      "Audit records that a receiver was sent, repeated ones too.",
    );
    this.#refused = byReceiver(
      "entrepot_audit_refused_total",
      "Audit records that a receiver refused for good.",
    );
    this.#failures = byReceiver(
      "entrepot_audit_forward_failures_total",
      "Attempts at forwarding audit records that failed.",
    );
    addGauges(registers, sources);
  }

  trailWrote(files: number): void {
    this.#files.inc(files);
  }

  trailFailed(): void {
    this.#fileFailures.inc();
  }

  forwarded(receiver: ReceiverKind, records: number, refused: number): void {
    this.#forwarded.inc({ receiver }, records);
    this.#refused.inc({ receiver }, refused);
  }

  forwardFailed(receiver: ReceiverKind): void {
    this.#failures.inc({ receiver });
  }
}

function addGauges(registers: Registry[], { metadata, clock }: Sources): void {
  // Gauges are asked one beside the other: all have the answer to one question.
  let asked: Promise<Trail[]> | undefined;
  const trails = () => {
    asked ??= allTrails(metadata).finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const secondsSince = (at: number) => Math.max(0, clock.now() - at) / 1000;
  new Gauge({
    name: "entrepot_trails",
    help: "Trails of all accounts that log, are stopped, or could not be written at the last attempt.",
    labelNames: ["state"],
    registers,
    async collect() {
      const all = (await trails()).filter((trail) => !isForwarder(trail));
      const failing = all.filter(({ status }) => hasFailed(status));
      this.set({ state: "logging" }, all.filter(isLogging).length);
      this.set({ state: "stopped" }, all.filter((trail) => !isLogging(trail)).length);
      this.set({ state: "failing" }, failing.length);
    },
  });
  new Gauge({
    name: "entrepot_trail_failing_seconds",
    help: "For how long the trail that has failed longest could not be written.",
    registers,
    async collect() {
      const since = (await trails())
        .filter((trail) => !isForwarder(trail))
        .flatMap(({ status: { failingSince } }) => failingSince ?? []);
      this.set(since.length === 0 ? 0 : secondsSince(Math.min(...since)));
    },
  });
  new Gauge({
    name: "entrepot_audit_forward_lag_seconds",
    help: "Audit records that are older than this were forwarded.",
    labelNames: ["receiver"],
    registers,
    async collect() {
      this.reset();
      for (const { name: receiver, status, logsFrom } of (await trails()).filter(isForwarder)) {
        this.set({ receiver }, secondsSince(status.deliveredThrough ?? logsFrom));
      }
    },
  });
  new Gauge({
    name: "entrepot_audit_given_up",
    help: "Audit records of the last gaps that were given up, as nobody took them for too long.",
    labelNames: ["receiver"],
    registers,
    async collect() {
      this.reset();
      for (const trail of await trails()) {
        const receiver = isForwarder(trail) ? trail.name : "trail";
        this.inc({ receiver }, givenUp(trail));
      }
    },
  });
}

function hasFailed({ deliveryError, digestError }: Trail["status"]): boolean {
  return deliveryError !== undefined || digestError !== undefined;
}

function givenUp({ status: { gaps } }: Trail): number {
  return gaps.reduce((sum, { records = 0 }) => sum + records, 0);
}

async function allTrails({ trails }: Sources["metadata"]): Promise<Trail[]> {
  const all: Trail[] = [];
  for (;;) {
    const page = { after: all.at(-1), limit: trailLimits.page };
    const some = await trails.trails.listAll(page);
    all.push(...some);
    if (some.length < trailLimits.page || all.length >= trailLimits.trailsCounted) return all;
  }
}

import { Gauge, type Registry } from "prom-client";
import type { Clock } from "../../ports/clock.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Standing } from "../../ports/usage-store.ts";
import type { ReplicationCount } from "../../registry/replication/image-replication.ts";

export interface StoreSources {
  readonly clock: Clock;
  readonly metadata: Pick<
    MetadataStore,
    | "repositories"
    | "objects"
    | "jobs"
    | "quotas"
    | "usage"
    | "trails"
    | "replications"
    | "replicationChanges"
  >;
}

/** Repositories that have a series of their own; all others are one. */
export const repositoriesShown = 20;
/** For how long what has to be counted row by row is good. */
const standingMs = 60_000;

/** What the deployment holds. Every replica says the same: take the maximum of them, not the sum. */
export function addStoreGauges(registry: Registry, sources: StoreSources): void {
  const registers = [registry];
  addTotals(registers, sources);
  addJobs(registers, sources);
  addQuotas(registers, sources);
  addReplications(registers, sources);
  addStanding(registers, sources);
  addRepositories(registers, sources);
}

function gauges(registers: Registry[]) {
  return (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
}

function addTotals(registers: Registry[], { metadata }: StoreSources): void {
  const gauge = gauges(registers);
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
}

function addJobs(registers: Registry[], { metadata }: StoreSources): void {
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
function addQuotas(registers: Registry[], { metadata }: StoreSources): void {
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

/** All gauges have the answer to one question. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

/** By destination: each registry has few. */
function addReplications(registers: Registry[], { metadata, clock }: StoreSources): void {
  const images = shared(() => metadata.replications.counts());
  const changes = shared(() => metadata.replicationChanges.counts());
  const place = ["account", "region", "to_account", "to_region"];
  const labels = ({ source, destination }: ReplicationCount) => ({
    ...{ account: source.account, region: source.region },
    ...{ to_account: destination.account, to_region: destination.region },
  });
  const addCounts = (name: string, help: string, counts: () => Promise<ReplicationCount[]>) =>
    new Gauge({
      ...{ name, help, labelNames: [...place, "state"], registers },
      async collect() {
        const found = await counts();
        this.reset();
        for (const each of found) {
          const state = each.status === "FAILED" ? "failed" : "waiting";
          this.set({ ...labels(each), state }, each.images);
        }
      },
    });
  addCounts(
    "entrepot_replications",
    "Images that wait to be copied, and those that could not be.",
    images,
  );
  addCounts(
    "entrepot_replication_changes",
    "Deletions that wait to be done elsewhere, and those that could not be.",
    changes,
  );
  new Gauge({
    name: "entrepot_replication_lag_seconds",
    help: "How long the image or deletion waits that waits longest to go elsewhere.",
    labelNames: place,
    registers,
    async collect() {
      const found = [...(await images()), ...(await changes())];
      this.reset();
      const lags = new Map<string, { readonly of: ReplicationCount; readonly lag: number }>();
      for (const of of found) {
        if (of.status === "FAILED") continue;
        const key = JSON.stringify(labels(of));
        const lag = Math.max(0, clock.now() - of.oldestAt) / 1000;
        if (lag >= (lags.get(key)?.lag ?? 0)) lags.set(key, { of, lag });
      }
      for (const { of, lag } of lags.values()) this.set(labels(of), lag);
    },
  });
}

/** What is counted row by row, at most once in `standingMs`. */
function addStanding(registers: Registry[], { metadata, clock }: StoreSources): void {
  let readAt = Number.NEGATIVE_INFINITY;
  let known: Promise<Standing> | undefined;
  const standing = (): Promise<Standing> => {
    if (known !== undefined && Math.abs(clock.now() - readAt) < standingMs) return known;
    readAt = clock.now();
    const read = metadata.usage.standing.now();
    known = read;
    read.catch(() => {
      if (known === read) known = undefined;
    });
    return read;
  };
  const gauge = gauges(registers);
  gauge("entrepot_uploads_open", "Upload sessions that have not ended.", async () => {
    return (await standing()).uploads;
  });
  gauge("entrepot_leases", "Names that a replica holds: uploads and jobs under way.", async () => {
    return (await standing()).leases;
  });
  gauge("entrepot_trash_repositories", "Deleted repositories in the trash.", async () => {
    return (await standing()).trashedRepositories;
  });
  gauge("entrepot_trash_images", "Deleted images in the trash.", async () => {
    return (await standing()).trashedImages;
  });
  gauge(
    "entrepot_trash_image_bytes",
    "Of those, the sizes that DescribeImages tells.",
    async () => {
      return (await standing()).trashedImageBytes;
    },
  );
  new Gauge({
    name: "entrepot_reclaim_waiting",
    help: "What waits for garbage collection, due or not.",
    labelNames: ["kind"],
    registers,
    async collect() {
      const { reclaim } = await standing();
      this.reset();
      for (const { kind, waiting } of reclaim) this.set({ kind }, waiting);
    },
  });
}

function addRepositories(registers: Registry[], { metadata }: StoreSources): void {
  const labelNames = ["account", "region", "repository"];
  const rest = { account: "", region: "", repository: "(all others)" };
  // Gauges are asked one beside the other: both have the answer to one question.
  let asked: ReturnType<typeof ask> | undefined;
  const ask = () =>
    Promise.all([
      metadata.usage.repositories.largest(repositoriesShown),
      metadata.repositories.totals(),
    ]).finally(() => {
      asked = undefined;
    });
  const now = () => {
    asked ??= ask();
    return asked;
  };
  new Gauge({
    name: "entrepot_repository_images",
    help: "Images of the largest repositories, and of all others together; of the last hourly look.",
    labelNames,
    registers,
    async collect() {
      const [largest, totals] = await now();
      this.reset();
      let others = totals.images;
      for (const {
        registry: { account, region },
        name: repository,
        images,
      } of largest) {
        this.set({ account, region, repository }, images);
        others -= images;
      }
      this.set(rest, Math.max(0, others));
    },
  });
  new Gauge({
    name: "entrepot_repository_bytes",
    help: "Bytes of the largest repositories, and of all others together; of the last hourly look.",
    labelNames,
    registers,
    async collect() {
      const [largest, totals] = await now();
      this.reset();
      let others = totals.sizeBytes;
      for (const {
        registry: { account, region },
        name: repository,
        sizeBytes,
      } of largest) {
        this.set({ account, region, repository }, sizeBytes);
        others -= sizeBytes;
      }
      this.set(rest, Math.max(0, others));
    },
  });
}

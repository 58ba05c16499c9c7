import { callBuckets, type Durations, Histogram } from "./histogram.ts";
import type { PortCall, PortObserver } from "./observed-ports.ts";

interface Known {
  readonly durations: Durations;
  failures: number;
}

const help = {
  metadata: "Time of reads of the database by table, and of whole transactions.",
  blobs: "Time of calls of the blob store, be it a folder or a bucket.",
  keys: "Time to wrap and open data keys, and of uses of KMS keys' material.",
  layers: "Time until a frame of a layer is read and opened in a thread.",
  egress: "Time to the head of the answer of requests to other hosts.",
} as const satisfies Record<PortCall["port"], string>;

const names = {
  metadata: "entrepot_metadata_call",
  blobs: "entrepot_blob_store_call",
  keys: "entrepot_key_call",
  layers: "entrepot_layer_work_call",
  egress: "entrepot_egress_call",
} as const satisfies Record<PortCall["port"], string>;

const ports = Object.keys(names) as PortCall["port"][];

/** How long calls of ports take, and how often they fail. */
export class PortTimes implements PortObserver {
  readonly #histograms: Readonly<Record<PortCall["port"], Histogram>>;
  readonly #known = new Map<PortCall, Known>();

  constructor() {
    const histogram = (port: PortCall["port"]) =>
      new Histogram(`${names[port]}_duration_seconds`, help[port], ["operation"], callBuckets);
    this.#histograms = {
      metadata: histogram("metadata"),
      blobs: histogram("blobs"),
      keys: histogram("keys"),
      layers: histogram("layers"),
      egress: histogram("egress"),
    };
  }

  around<T>(call: PortCall, work: () => Promise<T>): Promise<T> {
    const known = this.#known.get(call) ?? this.#know(call);
    const startedAt = performance.now();
    const ended = () => known.durations.observe((performance.now() - startedAt) / 1000);
    const outcome = work();
    outcome.then(ended, () => {
      ended();
      known.failures += 1;
    });
    return outcome;
  }

  #know(call: PortCall): Known {
    const durations = this.#histograms[call.port].of(call.operation);
    const made = { durations, failures: 0 };
    this.#known.set(call, made);
    return made;
  }

  text(): string {
    return ports
      .map((port) => `${this.#histograms[port].text()}${this.#failuresOf(port)}`)
      .join("");
  }

  #failuresOf(of: PortCall["port"]): string {
    const name = `${names[of]}_failures_total`;
    const failures = new Map<string, number>();
    for (const [{ port, operation }, known] of this.#known) {
      if (port !== of) continue;
      failures.set(operation, (failures.get(operation) ?? 0) + known.failures);
    }
    const lines = [...failures].map(([operation, n]) => `${name}{operation="${operation}"} ${n}`);
    const head = [`# HELP ${name} Of those, how many failed.`, `# TYPE ${name} counter`];
    return `${[...head, ...lines].join("\n")}\n`;
  }
}

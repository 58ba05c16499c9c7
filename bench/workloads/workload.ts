import type { Target } from "../peers.ts";

export interface Sizes {
  readonly blobBytes: number;
  readonly seconds: number;
}

/** Something that registries do in turns, told as a rate: more is better. */
export interface Workload<Load = unknown, Prepared = unknown> {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** Why it cannot run here, or `undefined`. */
  missing?(): string | undefined;
  /** Fills an empty registry. What it resolves with is handed to every round. */
  prepare(target: Target, sizes: Sizes): Promise<Prepared>;
  /** What every registry gets in one round, made before any clock starts. */
  load(sizes: Sizes): Load;
  /** What this registry needs before the round's clock starts. */
  ready?(target: Target, load: Load, round: number): Promise<void>;
  /** Does the round and resolves with the rate, in `unit`. */
  run(turn: Turn<Load, Prepared>): Promise<number>;
}

export interface Turn<Load, Prepared> {
  readonly target: Target;
  readonly sizes: Sizes;
  readonly load: Load;
  readonly prepared: Prepared;
  readonly round: number;
}

/** How much was done in a second of `work`. */
export async function rate(amount: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return amount / ((performance.now() - start) / 1000);
}

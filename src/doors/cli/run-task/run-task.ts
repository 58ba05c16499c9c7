import { setTimeout as pause } from "node:timers/promises";
import type { ContainerEngine, OutputSink } from "../../../ports/container-engine.ts";
import { CommandError } from "../client.ts";
import type { Dependency, TaskContainer } from "./task-definition.ts";
import { taskLimits } from "./task-limits.ts";
import type { PlannedContainer, TaskPlan } from "./task-plan.ts";

/** How a task ended. */
export interface TaskEnd {
  /** Of the essential container that ended first. */
  readonly exitCode: number;
  /** `undefined`: the command was told to stop. */
  readonly endedBy: string | undefined;
}

export interface TaskWatcher {
  /** What a container writes. */
  output(container: string): OutputSink;
  /** That a container has started, or ended with a code. */
  told(container: string, what: string): void;
  readonly stopped: AbortSignal;
}

interface Running {
  readonly planned: PlannedContainer;
  readonly id: string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
}

/**
 * Pulls, makes and starts the containers in the order of their dependencies, and waits until an essential
 * one ends or the command is stopped; then all are stopped, the last one that was started first, and
 * removed, whatever went wrong.
 */
export async function runTask(
  engine: ContainerEngine,
  { containers }: TaskPlan,
  watcher: TaskWatcher,
): Promise<TaskEnd> {
  for (const { spec, login, container } of containers) {
    await engine.pull(spec.image, login).catch((error: Error) => {
      throw new CommandError(`the image of ${container.name} can not be pulled: ${error.message}`);
    });
  }
  const running = new Map<string, Running>();
  const { promise, resolve, reject } = Promise.withResolvers<TaskEnd>();
  // Nobody may be waiting for it yet when a container ends.
  promise.catch(() => {});
  const onStop = () => resolve({ exitCode: 130, endedBy: undefined });
  watcher.stopped.addEventListener("abort", onStop);
  if (watcher.stopped.aborted) onStop();
  try {
    const starting = startAll(engine, containers, running, watcher, { resolve, reject });
    starting.catch(reject);
    return await promise;
  } finally {
    watcher.stopped.removeEventListener("abort", onStop);
    await endAll(engine, running);
  }
}

async function startAll(
  engine: ContainerEngine,
  containers: readonly PlannedContainer[],
  running: Map<string, Running>,
  watcher: TaskWatcher,
  { resolve, reject }: { resolve(end: TaskEnd): void; reject(error: unknown): void },
): Promise<void> {
  for (const planned of containers) {
    const { container, spec } = planned;
    for (const dependency of container.dependsOn)
      await awaitDependency(engine, running, dependency);
    if (watcher.stopped.aborted) return;
    const id = await engine.create(spec);
    const ended = Promise.withResolvers<number>();
    ended.promise.catch(() => {});
    running.set(container.name, { planned, id, ended: ended.promise });
    await engine.start(id);
    watcher.told(container.name, "started");
    const writing = engine.follow(id, watcher.output(container.name)).catch(() => {});
    engine.wait(id).then(
      async (exitCode) => {
        // What it wrote last is told before that it has ended.
        await writing;
        watcher.told(container.name, `ended with exit code ${exitCode}`);
        ended.resolve(exitCode);
        if (container.isEssential) resolve({ exitCode, endedBy: container.name });
      },
      (error: unknown) => {
        ended.reject(error);
        reject(error);
      },
    );
  }
}

/** @throws CommandError where it does not come to what was waited for */
async function awaitDependency(
  engine: ContainerEngine,
  running: ReadonlyMap<string, Running>,
  { containerName, condition }: Dependency,
): Promise<void> {
  const other = running.get(containerName);
  if (other === undefined) throw new CommandError(`${containerName} was not started`);
  const { startSeconds }: TaskContainer = other.planned.container;
  const timeout = AbortSignal.timeout(1_000 * startSeconds);
  const late = new CommandError(
    `${containerName} was not ${condition} within ${startSeconds} seconds`,
  );
  if (condition === "START") return;
  if (condition === "HEALTHY") {
    await awaitHealth(engine, other, timeout, late);
    return;
  }
  const { promise, reject } = Promise.withResolvers<never>();
  timeout.addEventListener("abort", () => reject(late));
  const exitCode = await Promise.race([other.ended, promise]);
  if (condition === "COMPLETE" || exitCode === 0) return;
  throw new CommandError(`${containerName} ended with exit code ${exitCode}`);
}

async function awaitHealth(
  engine: ContainerEngine,
  { id, planned }: Running,
  timeout: AbortSignal,
  late: CommandError,
): Promise<void> {
  for (;;) {
    const health = await engine.health(id);
    if (health === "healthy") return;
    if (health === "unhealthy") {
      throw new CommandError(`${planned.container.name} is unhealthy`);
    }
    if (timeout.aborted) throw late;
    await pause(taskLimits.healthLookMs);
  }
}

/** Whatever can not be stopped or removed does not keep the others. */
async function endAll(engine: ContainerEngine, running: Map<string, Running>): Promise<void> {
  for (const { id, planned } of [...running.values()].reverse()) {
    await engine.stop(id, planned.container.stopSeconds).catch(() => {});
    await engine.remove(id).catch(() => {});
  }
}

import type { ContainerSpec, RegistryLogin } from "../../../ports/container-engine.ts";
import { CommandError } from "../client.ts";
import type { TaskContainer, TaskDefinition } from "./task-definition.ts";

/** A container as it is to be made. */
export interface PlannedContainer {
  readonly container: TaskContainer;
  readonly spec: ContainerSpec;
  readonly login: RegistryLogin | undefined;
}

export interface TaskPlan {
  /** Each after those that it depends on. */
  readonly containers: readonly PlannedContainer[];
}

export interface TaskValues {
  /** By container and name of the variable. */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly logins: ReadonlyMap<string, RegistryLogin | undefined>;
}

const mebibyte = 1024 * 1024;

/** @param run tells the containers of one run from those of others */
export function planTask(task: TaskDefinition, values: TaskValues, run: string): TaskPlan {
  const containers = inOrder(task.containers).map((container): PlannedContainer => {
    const { name, environment } = container;
    const secrets = values.secrets.get(name) ?? new Map<string, string>();
    const variables = environment.map((each): [string, string] => [each.name, each.value]);
    return {
      container,
      login: values.logins.get(name),
      spec: {
        name: `${task.family}-${run}-${name}`,
        image: container.image,
        environment: [...variables, ...secrets].map(([variable, value]) => `${variable}=${value}`),
        command: container.command,
        entryPoint: container.entryPoint,
        user: container.user,
        workingDirectory: container.workingDirectory,
        hostname: container.hostname,
        // Names that ECS's agent gives.
        labels: {
          ...container.labels,
          "com.amazonaws.ecs.container-name": name,
          "com.amazonaws.ecs.task-definition-family": task.family,
        },
        network: task.network,
        ports: task.network === "bridge" ? container.ports : [],
        memoryBytes: bytesOf(container.memoryMiB),
        memoryReservationBytes: bytesOf(container.memoryReservationMiB),
        cpuShares: container.cpuShares || undefined,
        isReadOnly: container.isReadOnly,
        hasInit: container.hasInit,
        healthCheck: container.healthCheck,
      },
    };
  });
  return { containers };
}

function bytesOf(mebibytes: number | undefined): number | undefined {
  return mebibytes === undefined || mebibytes === 0 ? undefined : mebibytes * mebibyte;
}

/** @throws CommandError for containers that wait for each other in a circle */
function inOrder(containers: readonly TaskContainer[]): TaskContainer[] {
  const ordered: TaskContainer[] = [];
  const names = new Set<string>();
  while (ordered.length < containers.length) {
    const next = containers.find(
      ({ name, dependsOn }) =>
        !names.has(name) && dependsOn.every(({ containerName }) => names.has(containerName)),
    );
    if (next === undefined) {
      throw new CommandError("the containers depend on each other in a circle", 2);
    }
    ordered.push(next);
    names.add(next.name);
  }
  return ordered;
}

/** A container as people may see it: what is secret is not told. */
export interface ShownContainer {
  readonly name: string;
  readonly container: string;
  readonly image: string;
  readonly essential: boolean;
  /** Who pulls it: as whom, from where. */
  readonly login: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[] | undefined;
  readonly entryPoint: readonly string[] | undefined;
  readonly network: string;
  readonly ports: readonly string[];
  readonly dependsOn: readonly string[];
}

/** What stands in the place of a secret. */
export const masked = "********";

export function shownPlan({ containers }: TaskPlan): ShownContainer[] {
  return containers.map(({ container, spec, login }) => {
    const given = container.environment.map(({ name, value }) => [name, value]);
    const secrets = container.secrets.map(({ name }) => [name, masked]);
    return {
      ...{ name: container.name, container: spec.name, image: spec.image },
      essential: container.isEssential,
      login: login && `${login.username} at ${login.server}`,
      environment: Object.fromEntries([...given, ...secrets]) as Record<string, string>,
      ...{ command: spec.command, entryPoint: spec.entryPoint, network: spec.network },
      ports: spec.ports.map(
        ({ containerPort, hostPort, protocol }) =>
          `${hostPort === 0 ? "any" : hostPort}:${containerPort}/${protocol}`,
      ),
      dependsOn: container.dependsOn.map(
        ({ containerName, condition }) => `${containerName} ${condition}`,
      ),
    };
  });
}

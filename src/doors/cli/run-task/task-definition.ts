/** A task definition of ECS, as far as a container engine of one machine runs it. */
import type { HealthCheck, PublishedPort } from "../../../ports/container-engine.ts";
import { CommandError } from "../client.ts";
import { Members } from "./members.ts";
import { taskLimits } from "./task-limits.ts";
import { parseValueFrom, type ValueFrom } from "./value-from.ts";

export const dependencyConditions = ["START", "COMPLETE", "SUCCESS", "HEALTHY"] as const;

export interface Dependency {
  readonly containerName: string;
  readonly condition: (typeof dependencyConditions)[number];
}

export interface TaskContainer {
  readonly name: string;
  readonly image: string;
  readonly isEssential: boolean;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly from: ValueFrom }[];
  /** The secret with the login of a registry that is not of AWS. */
  readonly loginFrom: ValueFrom | undefined;
  readonly command: readonly string[] | undefined;
  readonly entryPoint: readonly string[] | undefined;
  readonly ports: readonly PublishedPort[];
  readonly cpuShares: number | undefined;
  readonly memoryMiB: number | undefined;
  readonly memoryReservationMiB: number | undefined;
  readonly user: string | undefined;
  readonly workingDirectory: string | undefined;
  readonly hostname: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly isReadOnly: boolean;
  readonly hasInit: boolean;
  readonly dependsOn: readonly Dependency[];
  readonly startSeconds: number;
  readonly stopSeconds: number;
  readonly healthCheck: HealthCheck | undefined;
}

export interface TaskDefinition {
  readonly family: string;
  readonly executionRoleArn: string | undefined;
  readonly network: "bridge" | "host" | "none";
  readonly containers: readonly TaskContainer[];
  /** Members that say something and have no effect here. */
  readonly unused: readonly string[];
}

/** Of what ECS places, logs and bills by: nothing of the containers is different without. */
const unusedOfTask = new Set([
  ...["taskDefinitionArn", "revision", "status", "requiresAttributes", "placementConstraints"],
  ...["compatibilities", "requiresCompatibilities", "cpu", "memory", "registeredAt"],
  ...["registeredBy", "deregisteredAt", "runtimePlatform", "tags", "taskRoleArn"],
  ...["ephemeralStorage", "enableFaultInjection"],
]);
const unusedOfContainer = new Set(["logConfiguration", "versionConsistency"]);

/**
 * What the text of a file says: a task definition as RegisterTaskDefinition takes it, or as
 * DescribeTaskDefinition gives it.
 * @throws CommandError for what is none, and for what containers would need and can not have here
 */
export function parseTaskDefinition(text: string): TaskDefinition {
  const root = Members.parse(text);
  const task = root.object("taskDefinition") ?? root;
  const family = task.text("family") ?? "task";
  const mode = task.text("networkMode") ?? "bridge";
  const network = mode === "host" || mode === "none" ? mode : "bridge";
  const unused = mode === "awsvpc" ? ["networkMode awsvpc (it is bridge)"] : [];
  const found = task.objects("containerDefinitions");
  if (found.length === 0) throw wrong("containerDefinitions has no container");
  if (found.length > taskLimits.containers) {
    throw wrong(`a task has at most ${taskLimits.containers} containers`);
  }
  const containers = found.map((each) => containerOf(each));
  const executionRoleArn = task.text("executionRoleArn");
  unused.push(...task.end(unusedOfTask));
  for (const [index, each] of found.entries()) {
    const { name } = containers[index] ?? { name: "" };
    unused.push(...each.end(unusedOfContainer).map((member) => `${member} of ${name}`));
  }
  requireWhole(containers);
  return { family, executionRoleArn, network, containers, unused };
}

function containerOf(each: Members): TaskContainer {
  const name = each.required("name");
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) throw wrong(`${name} is no name of a container`);
  const image = each.required("image");
  const environment = each.objects("environment").map((variable) => {
    const pair = { name: variable.required("name"), value: variable.text("value") ?? "" };
    variable.end();
    return pair;
  });
  const secrets = each.objects("secrets").map((secret) => {
    const from = parseValueFrom(secret.required("valueFrom"));
    const pair = { name: secret.required("name"), from };
    secret.end();
    return pair;
  });
  requireDistinct(name, [...environment, ...secrets]);
  const login = each.object("repositoryCredentials");
  const loginFrom = login && parseValueFrom(login.required("credentialsParameter"));
  login?.end();
  return {
    ...{ name, image, environment, secrets, loginFrom },
    isEssential: each.flag("essential") ?? true,
    command: each.texts("command"),
    entryPoint: each.texts("entryPoint"),
    ports: each.objects("portMappings").map(portOf),
    cpuShares: each.number("cpu"),
    memoryMiB: each.number("memory"),
    memoryReservationMiB: each.number("memoryReservation"),
    user: each.text("user"),
    workingDirectory: each.text("workingDirectory"),
    hostname: each.text("hostname"),
    labels: each.record("dockerLabels"),
    isReadOnly: each.flag("readonlyRootFilesystem") ?? false,
    hasInit: initOf(each.object("linuxParameters")),
    dependsOn: each.objects("dependsOn").map(dependencyOf),
    startSeconds: each.number("startTimeout") ?? taskLimits.startSeconds,
    stopSeconds: Math.min(each.number("stopTimeout") ?? 30, taskLimits.stopSeconds),
    healthCheck: healthCheckOf(each.object("healthCheck")),
  };
}

function portOf(port: Members): PublishedPort {
  const containerPort = port.number("containerPort");
  const protocol = port.text("protocol") ?? "tcp";
  if (containerPort === undefined || containerPort < 1 || containerPort > 65_535) {
    throw wrong("a port mapping has no containerPort");
  }
  if (protocol !== "tcp" && protocol !== "udp") throw wrong(`${protocol} is no protocol of ports`);
  const hostPort = port.number("hostPort") ?? 0;
  // What service discovery calls a port.
  port.end(new Set(["name", "appProtocol"]));
  return { containerPort, hostPort, protocol };
}

function initOf(linux: Members | undefined): boolean {
  const hasInit = linux?.flag("initProcessEnabled") ?? false;
  linux?.end();
  return hasInit;
}

function dependencyOf(dependency: Members): Dependency {
  const containerName = dependency.required("containerName");
  const text = dependency.required("condition");
  const condition = dependencyConditions.find((each) => each === text);
  if (condition === undefined) throw wrong(`${text} is no condition of a dependency`);
  dependency.end();
  return { containerName, condition };
}

/** Defaults are ECS's. */
function healthCheckOf(check: Members | undefined): HealthCheck | undefined {
  if (check === undefined) return undefined;
  const test = check.texts("command") ?? [];
  if (test.length === 0) throw wrong("a health check has no command");
  // A text alone is for a shell. Source: ECS, HealthCheck.
  const isPlain = !["CMD", "CMD-SHELL", "NONE"].includes(test[0] ?? "");
  const healthCheck = {
    test: isPlain ? ["CMD-SHELL", ...test] : test,
    intervalMs: 1_000 * (check.number("interval") ?? 30),
    timeoutMs: 1_000 * (check.number("timeout") ?? 5),
    retries: check.number("retries") ?? 3,
    startPeriodMs: 1_000 * (check.number("startPeriod") ?? 0),
  };
  check.end();
  return healthCheck;
}

/** A variable has one value. Source: ECS, ContainerDefinition, secrets. */
function requireDistinct(container: string, variables: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of variables) {
    if (names.has(name)) throw wrong(`the environment of ${container} has ${name} twice`);
    if (name === "" || name.includes("=")) throw wrong(`"${name}" is no name of a variable`);
    names.add(name);
  }
}

function requireWhole(containers: readonly TaskContainer[]): void {
  const names = new Set(containers.map(({ name }) => name));
  if (names.size < containers.length) throw wrong("two containers have the same name");
  if (!containers.some(({ isEssential }) => isEssential)) throw wrong("no container is essential");
  for (const { name, dependsOn } of containers) {
    for (const { containerName, condition } of dependsOn) {
      const other = containers.find((each) => each.name === containerName);
      if (other === undefined || containerName === name) {
        throw wrong(`${name} depends on ${containerName}, which is no other container`);
      }
      const ends = condition === "COMPLETE" || condition === "SUCCESS";
      if (ends && other.isEssential) {
        throw wrong(`${name} waits for the end of ${containerName}, which is essential`);
      }
      if (condition === "HEALTHY" && other.healthCheck === undefined) {
        throw wrong(`${name} waits for ${containerName}, which has no health check`);
      }
    }
  }
}

function wrong(sentence: string): CommandError {
  return new CommandError(`the task definition can not be run: ${sentence}`, 2);
}

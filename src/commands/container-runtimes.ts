/** What runs containers on this machine: of the composition root, the part of the commands that ask it. */
import { existsSync } from "node:fs";
import { ContainerdRuntime } from "../adapters/runtimes/containerd-runtime.ts";
import { DockerEngine } from "../adapters/runtimes/docker-engine.ts";
import { DockerRuntime } from "../adapters/runtimes/docker-runtime.ts";
import { CommandError } from "../doors/cli/client.ts";
import type { RuntimeWish } from "../doors/cli/report-in-use.ts";
import type { ContainerEngine } from "../ports/container-engine.ts";
import type { ContainerRuntime } from "../ports/container-runtime.ts";

/** @throws CommandError when there is to be one and none is found */
export function containerRuntimes({
  docker,
  containerd,
  namespaces,
}: RuntimeWish): ContainerRuntime[] {
  const sockets = docker === "auto" ? foundSockets() : docker === undefined ? [] : [docker];
  const runtimes: ContainerRuntime[] = sockets.map((socket) => new DockerRuntime(socket));
  if (containerd !== undefined) {
    runtimes.push(...namespaces.map((namespace) => new ContainerdRuntime(containerd, namespace)));
  }
  if (runtimes.length > 0) return runtimes;
  throw noSocket();
}

/** @throws CommandError when one is to be found and there is none */
export function containerEngine(socket: string): ContainerEngine {
  const path = socket === "auto" ? foundSockets()[0] : socket;
  if (path === undefined) throw noSocket();
  return new DockerEngine(path);
}

function noSocket(): CommandError {
  return new CommandError(`there is no socket at ${usualSockets().join(" or ")}`);
}

function foundSockets(): string[] {
  return usualSockets().filter((path) => existsSync(path));
}

/** Docker's, and podman's for root and for whoever runs this. */
function usualSockets(): string[] {
  const user = process.getuid?.() ?? 0;
  return [
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
    `/run/user/${user}/podman/podman.sock`,
  ];
}

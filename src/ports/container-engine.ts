/** What a container is made of. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** `NAME=value`; may be secret. */
  readonly environment: readonly string[];
  /** Absent: the image's own. */
  readonly command?: readonly string[] | undefined;
  readonly entryPoint?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: "bridge" | "host" | "none";
  readonly ports: readonly PublishedPort[];
  readonly memoryBytes?: number | undefined;
  readonly memoryReservationBytes?: number | undefined;
  /** Relative weight: 1024 is one processor's. */
  readonly cpuShares?: number | undefined;
  readonly isReadOnly: boolean;
  readonly hasInit: boolean;
  readonly hostname?: string | undefined;
  readonly healthCheck?: HealthCheck | undefined;
}

export interface PublishedPort {
  readonly containerPort: number;
  /** 0: one that is free. */
  readonly hostPort: number;
  readonly protocol: "tcp" | "udp";
}

export interface HealthCheck {
  /** `CMD` or `CMD-SHELL`, and the words. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  /** Host and port. */
  readonly server: string;
}

export type ContainerHealth = "starting" | "healthy" | "unhealthy" | "none";

/** Output of a container, as it comes. */
export type OutputSink = (stream: "out" | "error", bytes: Uint8Array) => void;

/**
 * What runs containers on this machine, as far as one task needs it. All of it throws with a sentence of
 * why; what is in an environment or a login stands in none.
 */
export interface ContainerEngine {
  /** For people: `Docker at /var/run/docker.sock`. */
  readonly name: string;
  /** Has the image here as the registry has it now. */
  pull(image: string, login: RegistryLogin | undefined): Promise<void>;
  /** Makes a container, which does not run yet; resolves to its id. */
  create(spec: ContainerSpec): Promise<string>;
  start(id: string): Promise<void>;
  /** Hands on what the container writes, until it ends. */
  follow(id: string, sink: OutputSink): Promise<void>;
  /** Resolves with its exit code once it has ended. */
  wait(id: string): Promise<number>;
  health(id: string): Promise<ContainerHealth>;
  /** Asks it to end, and ends it after that time; one that has ended is no error. */
  stop(id: string, afterSeconds: number): Promise<void>;
  /** Removes it, running or not. */
  remove(id: string): Promise<void>;
}

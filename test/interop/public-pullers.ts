/** Clients that pull public images as somebody who has signed in, and as nobody. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { blob } from "./image.ts";
import { findOnPath, requireProgram } from "./programs.ts";
import { type InteropRegistry, makeScratch } from "./registry.ts";
import { type Finished, fail, type RunOptions, runProgram, succeed } from "./run-program.ts";

/** The port of its own, which speaks plain HTTP, or the host on the listener of everybody, over TLS. */
export const ways = ["port", "host"] as const;
export type Way = (typeof ways)[number];

export const publicName = "public.ecr.localhost";

export interface Puller {
  /** What its requests say that they come from. */
  readonly userAgent: RegExp;
  /**
   * Pulls all of it, with that password or with none, and forgets it again.
   * @returns the digest of the manifest that it holds then
   */
  pull(way: Way, reference: string, password?: string): Promise<string>;
  /** Fails to pull, and gives what it says. */
  refused(way: Way, reference: string, password?: string): Promise<string>;
  close(): Promise<void>;
}

type Run = typeof succeed;

/**
 * Runs a program with an /etc/hosts of its own, in which the public registry's host is this machine.
 * The machine's file stays as it is.
 */
function withHost(scratch: string): (path: string, args: readonly string[]) => [string, string[]] {
  const hosts = join(scratch, "hosts");
  writeFileSync(hosts, `127.0.0.1 localhost ${publicName}\n`);
  const become = 'mount --bind "$1" /etc/hosts; shift; exec "$@"';
  return (path, args) => [
    findOnPath("unshare"),
    ["--mount", "sh", "-euc", become, "sh", hosts, path, ...args],
  ];
}

const addressOf = (reference: string) => reference.slice(0, reference.indexOf("/"));

export async function openDocker(
  registry: InteropRegistry,
): Promise<Puller & { engine: DockerEngine }> {
  const engine = await startDockerEngine(registry);
  const run = async (run: Run, reference: string, password?: string): Promise<Finished> => {
    const config = { ...engine.env, DOCKER_CONFIG: makeScratch() };
    const docker = (args: string[], input?: string, how: Run = succeed) =>
      how(engine.client, args, { env: config, ...(input !== undefined && { input }) });
    try {
      if (password !== undefined) {
        const login = ["login", "-u", "AWS", "--password-stdin", addressOf(reference)];
        const said = await docker(login, password, run === fail ? runProgram : run);
        if (said.code !== 0) return said;
      }
      return await docker(["pull", reference], undefined, run);
    } finally {
      rmSync(config.DOCKER_CONFIG, { recursive: true });
    }
  };
  return {
    engine,
    userAgent: /^docker\//,
    async pull(_, reference, password) {
      const { stdout } = await run(succeed, reference, password);
      await succeed(engine.client, ["rmi", "--force", reference], { env: engine.env });
      return /Digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1] ?? stdout;
    },
    refused: async (_, reference, password) => (await run(fail, reference, password)).output,
    close: () => engine.close(),
  };
}

export async function openContainerd(registry: InteropRegistry): Promise<Puller> {
  const directory = makeScratch();
  const wrapped = withHost(directory);
  const file = (name: string, text: string) => {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const socket = join(directory, "containerd.sock");
  const settings = file(
    "config.toml",
    `version = 2
root = ${JSON.stringify(join(directory, "root"))}
state = ${JSON.stringify(join(directory, "state"))}
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = ${JSON.stringify(socket)}
[ttrpc]
address = ${JSON.stringify(`${socket}.ttrpc`)}
`,
  );
  const { host, origin } = new URL(registry.server.httpsOrigin.replace("127.0.0.1", publicName));
  const named = `[host."${origin}"]\n  capabilities = ["pull", "resolve"]\n`;
  file(`certs/${host}/hosts.toml`, `${named}  ca = ${JSON.stringify(registry.caFile)}\n`);
  const ctr = (run: Run, ...args: string[]) =>
    run(...wrapped(requireProgram("ctr"), ["--address", socket, ...args]));
  const daemon: Daemon = await startDaemon(
    requireProgram("containerd"),
    ["--config", settings],
    async () => (await ctr(runProgram, "version")).code === 0,
  );
  const pull = (run: Run, way: Way, reference: string, password?: string) => {
    const who = password === undefined ? [] : ["--user", `AWS:${password}`];
    const how = way === "host" ? ["--hosts-dir", join(directory, "certs")] : ["--plain-http"];
    return ctr(run, "images", "pull", "--snapshotter", "native", ...who, ...how, reference);
  };
  return {
    userAgent: /^containerd\//,
    async pull(way, reference, password) {
      await pull(succeed, way, reference, password);
      const { stdout } = await ctr(succeed, "images", "list", `name==${reference}`);
      await ctr(succeed, "images", "remove", "--sync", reference);
      return /sha256:[0-9a-f]{64}/.exec(stdout)?.[0] ?? stdout;
    },
    refused: async (way, reference, password) =>
      (await pull(fail, way, reference, password)).output,
    async close() {
      await daemon.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What podman and skopeo have in common: logins in a file, and how they reach a registry. */
class Tools {
  readonly tools: ContainerTools;
  readonly #wrapped: ReturnType<typeof withHost>;

  constructor(registry: InteropRegistry) {
    this.tools = openContainerTools(registry);
    this.#wrapped = withHost(this.tools.directory);
  }

  flags(way: Way, prefix?: string): string[] {
    return this.tools.flags(way === "host" ? "TLS" : "plain HTTP", prefix);
  }

  run(run: Run, program: "podman" | "skopeo", args: string[], options: RunOptions = {}) {
    const all = this.#wrapped(requireProgram(program), args);
    return run(...all, { ...options, env: this.tools.env });
  }

  /** Whose login the file holds afterwards; what is said where it has to fail. */
  async login(
    run: Run,
    program: "podman" | "skopeo",
    way: Way,
    address: string,
    password?: string,
  ): Promise<Finished | undefined> {
    writeFileSync(this.tools.env.REGISTRY_AUTH_FILE ?? "", "{}");
    if (password === undefined) return undefined;
    const words = ["login", ...this.flags(way), "--username=AWS", "--password-stdin", address];
    const signIn = run === fail ? runProgram : run;
    const said = await this.run(signIn, program, words, { input: password });
    return said.code === 0 ? undefined : said;
  }
}

export function openPodman(registry: InteropRegistry): Puller {
  const tools = new Tools(registry);
  const pull = async (run: Run, way: Way, reference: string, password?: string) => {
    const said = await tools.login(run, "podman", way, addressOf(reference), password);
    return said ?? tools.run(run, "podman", ["pull", ...tools.flags(way), reference]);
  };
  return {
    userAgent: /^containers\/.*image/,
    async pull(way, reference, password) {
      await pull(succeed, way, reference, password);
      const inspect = ["image", "inspect", "--format", "{{.Digest}}", reference];
      const { stdout } = await tools.run(succeed, "podman", inspect);
      await tools.run(succeed, "podman", ["rmi", "--all", "--force"]);
      return stdout.trim();
    },
    refused: async (way, reference, password) =>
      (await pull(fail, way, reference, password)).output,
    close: () => tools.tools.close(),
  };
}

export function openSkopeo(registry: InteropRegistry): Puller {
  const tools = new Tools(registry);
  const target = join(tools.tools.directory, "pulled");
  const pull = async (run: Run, way: Way, reference: string, password?: string) => {
    const said = await tools.login(run, "skopeo", way, addressOf(reference), password);
    const copy = ["copy", "--all", ...tools.flags(way, "src-"), `docker://${reference}`];
    return said ?? tools.run(run, "skopeo", [...copy, `dir:${target}`]);
  };
  return {
    userAgent: /^skopeo\//,
    async pull(way, reference, password) {
      await pull(succeed, way, reference, password);
      const manifest = readFileSync(join(target, "manifest.json"));
      rmSync(target, { recursive: true });
      return blob(manifest).digest;
    },
    refused: async (way, reference, password) =>
      (await pull(fail, way, reference, password)).output,
    close: () => tools.tools.close(),
  };
}

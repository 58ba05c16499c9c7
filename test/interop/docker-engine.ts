import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { type Daemon, startDaemon } from "./daemon.ts";
import { findOnPath, requireProgram } from "./programs.ts";
import { account, type InteropRegistry, makeScratch, region } from "./registry.ts";
import { runProgram } from "./run-program.ts";

/** A Docker Engine of the test's own, which shares nothing with one that the machine may run. */
export interface DockerEngine {
  readonly client: string;
  /** Makes `docker` speak to this engine and keep its logins here. */
  readonly env: Readonly<Record<string, string>>;
  /** Names the registry over TLS by a host whose authority the engine was told to trust. */
  readonly trustedAddress: string;
  /** The same server under a name for which the engine was told of no authority. */
  readonly untrustedAddress: string;
  /** The public registry over TLS by its host, whose authority the engine trusts as well. */
  readonly publicAddress: string;
  close(): Promise<void>;
}

/**
 * Docker takes every registry on 127.0.0.0/8 for an insecure one and does not check certificates
 * there. To see it check them, the engine reaches TLS as `<account>.dkr.ecr.<region>.localhost` on
 * [::1], from where connections are handed to the server. The engine has /etc/hosts and /etc/docker
 * of its own, in a mount namespace: the machine's files stay as they are.
 */
export async function startDockerEngine(
  registry: InteropRegistry,
  further: readonly string[] = [],
): Promise<DockerEngine> {
  const client = requireProgram("docker");
  const dockerd = requireProgram("dockerd");
  const directory = makeScratch();
  const port = Number(new URL(registry.server.httpsOrigin).port);
  const trusted = `${account}.dkr.ecr.${region}.localhost`;
  const untrusted = `${account}.dkr.ecr.eu-west-1.localhost`;
  const publicName = "public.ecr.localhost";
  for (const name of [trusted, publicName]) {
    const certificates = join(directory, "etc", "certs.d", `${name}:${port}`);
    mkdirSync(certificates, { recursive: true });
    copyFileSync(registry.caFile, join(certificates, "ca.crt"));
  }
  writeFileSync(
    join(directory, "hosts"),
    `127.0.0.1 localhost\n::1 localhost ${trusted} ${untrusted} ${publicName}\n`,
  );
  const socket = `unix://${join(directory, "docker.sock")}`;
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: join(directory, "client") };
  const bridge = await openBridge(port);
  let daemon: Daemon;
  try {
    daemon = await startDaemon(
      findOnPath("unshare"),
      [
        "--mount",
        "sh",
        "-euc",
        ownFiles,
        "sh",
        directory,
        dockerd,
        ...flags(directory, socket),
        ...further,
      ],
      async () => (await runProgram(client, ["version"], { env })).code === 0,
    );
  } catch (error) {
    bridge.close();
    throw error;
  }
  return {
    client,
    env,
    trustedAddress: `${trusted}:${port}`,
    untrustedAddress: `${untrusted}:${port}`,
    publicAddress: `${publicName}:${port}`,
    async close() {
      await daemon.stop();
      bridge.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Arguments: the directory with our files, then the program to become. */
const ownFiles = `
mkdir -p /etc/docker
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/etc" /etc/docker
shift
exec "$@"`;

/** No network, no iptables, no file system module: it moves images and starts no container. */
function flags(directory: string, socket: string): string[] {
  return [
    `--data-root=${join(directory, "data")}`,
    `--exec-root=${join(directory, "exec")}`,
    `--pidfile=${join(directory, "pid")}`,
    `--host=${socket}`,
    "--storage-driver=vfs",
    "--bridge=none",
    "--iptables=false",
    "--ip6tables=false",
    "--ip-masq=false",
    "--userland-proxy=false",
  ];
}

/** Hands connections to [::1]:port on to 127.0.0.1:port. */
function openBridge(port: number): Promise<Server> {
  const bridge = createServer((incoming) => {
    const outgoing = connectTo(port, "127.0.0.1");
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
  });
  return new Promise((resolve, reject) => {
    bridge.once("error", reject);
    bridge.listen(port, "::1", () => resolve(bridge));
  });
}

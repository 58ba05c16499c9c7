import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateRepositoryCommand,
  ECRClient,
  type EncryptionConfiguration,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import { type RunningServer, startServer } from "../test/support/server.ts";
import { endsWithUs } from "./children.ts";
import { Connection } from "./connection.ts";
import { checkout, peerPrograms } from "./places.ts";

/** A registry that runs and takes pushes. */
export interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly authorization: string | undefined;
  readonly pid: number;
  /** Where a registry does not make repositories by itself. */
  createRepository(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** A registry that can be started on an empty data directory. */
export interface Peer {
  readonly name: string;
  /** Why it cannot take part here, or `undefined`. */
  missing(): string | undefined;
  version(): string;
  start(dataDirectory: string): Promise<Target>;
}

export const entrepot: Peer = {
  name: "entrepot",
  missing: () => undefined,
  version: () => JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")).version,
  async start(dataDirectory) {
    return entrepotTarget(
      await startServer({ dataDirectory, settings: { ENTREPOT_HTTPS: "off" } }),
    );
  },
};

/** A server of ours that runs, with the authorization of its root. */
export async function entrepotTarget(
  server: RunningServer,
  encryptionConfiguration?: EncryptionConfiguration,
): Promise<Target> {
  endsWithUs(server.process);
  const { hostname, port } = new URL(server.origin);
  const ecr = new ECRClient({
    endpoint: server.origin,
    region: "us-east-1",
    credentials: server,
  });
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  return {
    name: "entrepot",
    host: hostname,
    port: Number(port),
    authorization: `Basic ${authorizationData?.[0]?.authorizationToken}`,
    pid: server.process.pid!,
    async createRepository(repositoryName) {
      await ecr.send(new CreateRepositoryCommand({ repositoryName, encryptionConfiguration }));
    },
    async stop() {
      ecr.destroy();
      const code = await server.stop();
      if (code !== 0) throw new Error(`entrepot ended with ${code}:\n${server.output()}`);
    },
  };
}

/** Configured as its package does, with the storage and port of this run and without access logs. */
function distribution(name: string, program: string, hint: string, version: () => string): Peer {
  return {
    name,
    missing: () => (existsSync(program) ? undefined : hint),
    version,
    async start(dataDirectory) {
      const port = await freePort();
      const settings = join(dataDirectory, "config.yml");
      writeFileSync(
        settings,
        [
          "version: 0.1",
          "log: {level: error, accesslog: {disabled: true}}",
          "storage:",
          `  filesystem: {rootdirectory: ${join(dataDirectory, "storage")}}`,
          "  cache: {blobdescriptor: inmemory}",
          "  delete: {enabled: true}",
          `http: {addr: "127.0.0.1:${port}"}`,
          "",
        ].join("\n"),
      );
      return startProgram(name, program, ["serve", settings], port);
    },
  };
}

function zot(program: string, hint: string): Peer {
  return {
    name: "zot",
    missing: () => (existsSync(program) ? undefined : hint),
    version: () => builtVersion("zot"),
    async start(dataDirectory) {
      const port = await freePort();
      const settings = join(dataDirectory, "config.json");
      writeFileSync(
        settings,
        JSON.stringify({
          storage: { rootDirectory: join(dataDirectory, "storage") },
          http: { address: "127.0.0.1", port: String(port) },
          log: { level: "error" },
        }),
      );
      return startProgram("zot", program, ["serve", settings], port);
    },
  };
}

const buildHint = "build it with: npm run bench -- --peers";
const packaged = "/usr/bin/docker-registry";
export const dockerRegistry = distribution(
  "docker-registry",
  packaged,
  "install it with: apt-get install docker-registry",
  () => /v?(\d[\w.+~-]*)\s*$/.exec(output(packaged, "--version"))?.[1] ?? "unknown",
);
export const newerPeers: readonly Peer[] = [
  distribution("distribution-v3", built("registry"), buildHint, () => builtVersion("registry")),
  zot(built("zot"), buildHint),
];
export const allPeers: readonly Peer[] = [entrepot, dockerRegistry, ...newerPeers];

function built(name: string): string {
  return join(peerPrograms, name);
}

/** What its module was at when it was built: such a program does not know by itself. */
function builtVersion(name: string): string {
  const module = /^\s*mod\s+\S+\s+v?(\S+)/m.exec(output("go", "version", "-m", built(name)));
  return module?.[1] ?? "unknown";
}

async function startProgram(
  name: string,
  program: string,
  args: readonly string[],
  port: number,
): Promise<Target> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  endsWithUs(child);
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  await answers(child, port, () => complaint);
  return {
    name,
    host: "127.0.0.1",
    port,
    authorization: undefined,
    pid: child.pid!,
    createRepository: async () => {},
    async stop() {
      if (child.exitCode !== null) throw new Error(`${name} ended by itself:\n${complaint}`);
      const gone = once(child, "close");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

async function answers(child: ChildProcess, port: number, complaint: () => string): Promise<void> {
  const target = { host: "127.0.0.1", port };
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`the registry did not start:\n${complaint()}`);
    const connection = new Connection(target);
    const status = await connection.request("GET", "/v2/").then(
      (answer) => answer.status,
      () => undefined, // Not listening yet.
    );
    connection.close();
    if (status === 200) return;
    await pause(50);
  }
  child.kill("SIGKILL");
  throw new Error(`the registry did not answer in 10 s:\n${complaint()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

/**
 * Builds the newer registries from their Go modules. What cannot be built is told and left out.
 * Needs `go` on the path.
 */
export function buildPeers(say: (line: string) => void): void {
  mkdirSync(peerPrograms, { recursive: true });
  const builds: readonly [name: string, target: string, ...flags: string[]][] = [
    ["registry", "github.com/distribution/distribution/v3/cmd/registry@latest"],
    ["zot", "zotregistry.dev/zot/v2/cmd/zot@latest"],
  ];
  for (const [name, target, ...flags] of builds) {
    if (existsSync(built(name))) continue;
    say(`building ${target}`);
    try {
      execFileSync("go", ["install", ...flags, target], {
        env: { ...process.env, GOBIN: peerPrograms },
        stdio: ["ignore", "ignore", "pipe"],
      });
    } catch (error) {
      const { stderr } = error as { stderr?: Buffer };
      say(`${name} cannot be built: ${(stderr?.toString() ?? String(error)).trim()}`);
    }
  }
}

function output(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8" });
}

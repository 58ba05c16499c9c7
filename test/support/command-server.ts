/** A server that listens, with the real operations, and the command line that asks it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import fastify, { type FastifyInstance } from "fastify";
import { expect } from "vitest";
import { TrailDirectory } from "../../src/adapters/blobs/trail-directory.ts";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { awsDoor } from "../../src/doors/aws/aws-door.ts";
import { callServer } from "../../src/doors/cli/call-server.ts";
import type { Client } from "../../src/doors/cli/client.ts";
import { runCommandLine } from "../../src/doors/cli/command-line.ts";
import type { Commands } from "../../src/doors/cli/commands.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation, Service } from "../../src/operations/operation.ts";
import type { ContainerEngine } from "../../src/ports/container-engine.ts";
import type { ContainerRuntime } from "../../src/ports/container-runtime.ts";
import type { Egress } from "../../src/ports/egress.ts";
import type { Deployment } from "../../src/registry/deployment.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { openOrganization } from "../../src/registry/identity/organization.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { callerOf, TestRegistry } from "./ecr.ts";
import { type TestPorts, testPorts } from "./ports.ts";

const account = "000000000000" as AccountId;
const region = "eu-west-1" as Region;
export const rootKey = { accessKeyId: "AKIAROOT", secretAccessKey: "root/secret" };

/** Asked in the region that the server has. */
class OwnRegistry extends TestRegistry {
  override ask<Asked extends Operation>(
    operation: Asked,
    input: unknown,
    caller = callerOf(account),
  ) {
    return super.ask(operation, input, { ...caller, region });
  }
}

export interface CommandEnd {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export class CommandServer {
  readonly store: TestPorts;
  /** Home of the client's files. */
  readonly directory: string;
  readonly client: Client;
  /** What commands find on this machine. */
  runtimes: readonly ContainerRuntime[] = [];
  engine: ContainerEngine | undefined;
  /** Commands that go on and on do one round. */
  stopped: AbortSignal = AbortSignal.abort();
  readonly #server: FastifyInstance;

  constructor(store: TestPorts, directory: string, client: Client, server: FastifyInstance) {
    this.store = store;
    this.directory = directory;
    this.client = client;
    this.#server = server;
  }

  /** As the program runs it, but for what the commands reach. With `columns`, at a terminal. */
  async run(
    words: readonly string[],
    changes: Partial<Client> = {},
    columns?: number,
  ): Promise<CommandEnd> {
    const [out, error] = [new PassThrough(), new PassThrough()];
    const unused = () => expect.unreachable("another command was run");
    const commands: Commands = {
      ...{ version: "0", settings: [], serve: unused, fsck: unused, gc: unused },
      ...{ backup: unused, restore: unused, migrate: unused, rotateMasterKey: unused },
      containerEngine: () => this.engine ?? unused(),
      ...{ vulndb: unused, scan: unused, takeover: unused },
      containerRuntimes: () => this.runtimes,
      trailTarget: (_given, place) => new TrailDirectory(fileURLToPath(place)),
      stopped: () => this.stopped,
      client: () => ({ ...this.client, ...changes }),
      now: () => this.store.clock.now(),
    };
    const terminal = columns === undefined ? {} : { isTTY: true, columns };
    const code = await runCommandLine(words, commands, {
      out: Object.assign(out, terminal),
      error,
    });
    return { code, out: String(out.read() ?? ""), error: String(error.read() ?? "") };
  }

  /** What the command answers a program, which must be content. */
  async json<Result>(words: readonly string[], changes: Partial<Client> = {}): Promise<Result> {
    const { code, out, error } = await this.run([...words, "--json"], changes);
    expect([code, error], out).toEqual([0, ""]);
    return JSON.parse(out) as Result;
  }

  /** Asks for what the commands do not, as root. */
  async ask(operation: `${Service}:${string}`, input: object): Promise<void> {
    const { client, store } = this;
    const address = {
      ...{ origin: client.httpUrl ?? "", region: client.region, authority: "" },
      now: () => store.clock.now(),
    };
    await callServer<object>(address, rootKey, operation, input);
  }

  /** The registry that it answers for, to be filled without it. */
  registry(): TestRegistry {
    return new OwnRegistry(this.store);
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.store.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** @param egress the way out of the server; by default only to public addresses */
export async function openCommandServer(egress?: Egress): Promise<CommandServer> {
  const opened = await testPorts();
  const ports = { ...opened.ports, ...(egress !== undefined && { egress }) };
  const store = { ...opened, ports };
  const deployment: Deployment = {
    ...{ account, region, regions: [region], domain: "localhost" },
    ...{ httpPort: 5050, httpsPort: undefined, version: "1.2.3", trashMs: 0 },
  };
  const organization = await openOrganization(store.ports, deployment, false);
  const server = fastify();
  await server.register(
    awsDoor({
      environment: { ports: store.ports, deployment, organization },
      operations,
      credentials: new IdentityCredentials(store.ports, organization, rootKey),
      observer: { performed: () => {} },
      failedLogins: new FailedLogins(store.clock),
    }),
  );
  const httpUrl = await server.listen({ host: "127.0.0.1", port: 0 });
  const directory = await mkdtemp(join(tmpdir(), "entrepot-commands-"));
  const client: Client = {
    ...{ httpUrl, httpsUrl: undefined, domain: "localhost", account, region },
    ...{ dataDirectory: directory, authorityFile: join(directory, "ca.pem") },
    ...{ rootKey: async () => rootKey, environmentKey: undefined },
    awsConfigFile: join(directory, ".aws", "config"),
    awsCredentialsFile: join(directory, ".aws", "credentials"),
    dockerConfigDirectory: directory,
  };
  return new CommandServer(store, directory, client, server);
}

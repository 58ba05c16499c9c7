import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { RootCredentials } from "../../src/adapters/credentials/root.ts";
import { distributionDoor } from "../../src/doors/distribution/distribution-door.ts";
import type { DistributionDoorOptions } from "../../src/doors/distribution/exchange.ts";
import type { Observer } from "../../src/operations/perform.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { AccessKey, Credentials } from "../../src/ports/credentials.ts";
import { issueToken } from "../../src/registry/identity/authorization-token.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import type { AccountId, Region, RepositoryName } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import type { TagMutability } from "../../src/registry/repositories/repository.ts";
import { account, callerOf, deployment, otherAccount } from "./ecr.ts";
import { OciClient } from "./oci-client.ts";
import { testOrganization } from "./organization.ts";
import { type TestPorts, testPorts } from "./ports.ts";

/** The roots of two accounts, which can be taken away. */
class TwoRoots implements Credentials {
  readonly #roots = [account, otherAccount].map(
    (owner) => new RootCredentials(keyOf(owner), "secret", rootPrincipal(owner, keyOf(owner))),
  );

  async find(accessKeyId: string): Promise<AccessKey | undefined> {
    for (const root of this.#roots) {
      const key = await root.find(accessKeyId);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  removeAll(): void {
    this.#roots.length = 0;
  }
}

function keyOf(owner: AccountId): string {
  return `AKIA${owner}`;
}

export type Performed = Parameters<Observer["performed"]>[0];

/** The distribution door on a free port of this machine, over real adapters. */
export class DistributionServer {
  readonly opened: TestPorts;
  readonly credentials = new TwoRoots();
  /** What the observer was told. */
  readonly performed: Performed[] = [];
  /** What was logged. */
  readonly logged: object[] = [];
  readonly #fastify: FastifyInstance = Fastify();

  constructor(opened: TestPorts, options: Partial<DistributionDoorOptions>) {
    this.opened = opened;
    const door = distributionDoor({
      environment: { ports: opened.ports, deployment, organization: testOrganization },
      credentials: this.credentials,
      failedLogins: new FailedLogins(opened.clock),
      observer: { performed: (event) => void this.performed.push(event) },
      log: { error: (details) => void this.logged.push(details) },
      ...options,
    });
    void this.#fastify.register(door);
  }

  async listen(): Promise<void> {
    await this.#fastify.listen({ host: "127.0.0.1", port: 0 });
  }

  get port(): number {
    return (this.#fastify.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The value of an Authorization header with a fresh token. */
  authorization(owner: AccountId = account, region = deployment.region): string {
    const principal = rootPrincipal(owner, keyOf(owner));
    const caller = { ...callerOf(owner), principal, region };
    const { password } = issueToken(this.opened.ports, caller);
    return `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  }

  /** A client with a token of the account's root. */
  client(owner: AccountId = account, host?: string): OciClient {
    return new OciClient(this.origin, { authorization: this.authorization(owner), host });
  }

  async createRepository(
    name: string,
    mode: TagMutability["mode"] = "MUTABLE",
    registry = { account, region: deployment.region },
  ): Promise<void> {
    await createRepository(this.opened.ports, {
      registry,
      name: name as RepositoryName,
      tagMutability: { mode, exclusionFilters: [] },
      scanOnPush: false,
      encryption: { type: "AES256" },
      resourceTags: new Map(),
    });
  }

  async close(): Promise<void> {
    this.#fastify.server.closeAllConnections();
    await this.#fastify.close();
    await this.opened.close();
  }
}

export async function startDistribution(
  options: Partial<DistributionDoorOptions> = {},
  blobs?: BlobStore,
): Promise<DistributionServer> {
  const server = new DistributionServer(await testPorts(blobs), options);
  await server.listen();
  return server;
}

/** The host of an account's registry. */
export function hostOf(owner: AccountId, region: Region = deployment.region): string {
  return `${owner}.dkr.ecr.${region}.${deployment.domain}`;
}

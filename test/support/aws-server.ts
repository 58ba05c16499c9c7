/** The AWS door with the whole table behind it, over real adapters, for the SDKs. */
import { randomUUID } from "node:crypto";
import fastify, { type FastifyInstance } from "fastify";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { awsDoor } from "../../src/doors/aws/aws-door.ts";
import { operations } from "../../src/operations/index.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Deployment } from "../../src/registry/deployment.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { account, deployment } from "./ecr.ts";
import { testOrganization } from "./organization.ts";
import { type TestPorts, testPorts } from "./ports.ts";
import { addAccounts } from "./sessions.ts";

export const rootKey = { accessKeyId: "AKIAENTREPOTROOT0000", secretAccessKey: "a-secret-of-root" };

/** What an SDK's client is given. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly maxAttempts: number;
  readonly credentials: SdkCredentials;
}

export interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export class AwsServer {
  readonly opened: TestPorts;
  readonly credentials: IdentityCredentials;
  readonly #fastify: FastifyInstance;
  #origin = "";

  constructor(opened: TestPorts, rules: Partial<Deployment> = {}) {
    this.opened = opened;
    this.credentials = new IdentityCredentials(opened.ports, testOrganization, rootKey);
    this.#fastify = fastify({ genReqId: () => randomUUID() });
    void this.#fastify.register(
      awsDoor({
        environment: {
          ports: opened.ports,
          deployment: { ...deployment, ...rules },
          organization: { ...testOrganization, rootAccessKeyId: rootKey.accessKeyId },
        },
        operations,
        credentials: this.credentials,
        observer: { performed: () => undefined },
        failedLogins: new FailedLogins(opened.ports.clock),
      }),
    );
  }

  get ports(): Ports {
    return this.opened.ports;
  }

  get origin(): string {
    return this.#origin;
  }

  async listen(): Promise<void> {
    this.#origin = await this.#fastify.listen({ host: "127.0.0.1", port: 0 });
  }

  /** Of a client of the management account's root, or of whoever has the credentials. */
  client(credentials: SdkCredentials = rootKey): ClientSettings {
    return { region: deployment.region, endpoint: this.#origin, maxAttempts: 1, credentials };
  }

  async close(): Promise<void> {
    await this.#fastify.close();
    await this.opened.close();
  }
}

/** Its clock stands at the start of the test, since the SDKs sign with the machine's time. */
export async function startAwsServer(rules?: Partial<Deployment>): Promise<AwsServer> {
  const opened = await testPorts();
  opened.clock.set(Date.now());
  await addAccounts(opened.ports, account);
  const server = new AwsServer(opened, rules);
  await server.listen();
  return server;
}

/** Credentials as an SDK takes them, from those that STS told. */
export function sdkCredentials(
  told:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
      }
    | undefined,
): SdkCredentials & { readonly sessionToken: string } {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = told ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}

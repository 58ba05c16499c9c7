import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import type { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { RootCredentials } from "../../src/adapters/credentials/root.ts";
import { awsDoor } from "../../src/doors/aws/aws-door.ts";
import { HeldBodies } from "../../src/doors/aws/read-body.ts";
import { type Operation, operation } from "../../src/operations/operation.ts";
import { getCallerIdentity } from "../../src/operations/sts/get-caller-identity.ts";
import type { Deployment } from "../../src/registry/deployment.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { type Caller, rootPrincipal } from "../../src/registry/identity/principal.ts";
import { limits } from "../../src/registry/limits.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import { testOrganization } from "./organization.ts";
import { testPorts } from "./ports.ts";

export const account = "000000000000" as AccountId;
export const rootKey = { accessKeyId: "AKIAENTREPOT", secretAccessKey: "a-secret-of-the-root" };
export const target = "AmazonEC2ContainerRegistry_V20150921";

/** A server with the AWS door and nothing behind it, and what reached that nothing. */
export interface DoorServer {
  readonly server: FastifyInstance;
  readonly origin: string;
  /** Stands at the start of the test, since the SDKs sign with the machine's time. */
  readonly clock: FixedClock;
  readonly callers: Caller[];
  readonly inputs: unknown[];
  /** The lines that were logged, from "warn" up. */
  readonly logged: string[];
  readonly heldBodies: HeldBodies;
  close(): Promise<void>;
}

export async function openDoor(): Promise<DoorServer> {
  const opened = await testPorts();
  const { ports, clock } = opened;
  clock.set(Date.now());
  const callers: Caller[] = [];
  const inputs: unknown[] = [];
  const logged: string[] = [];
  const heldBodies = new HeldBodies();
  const stream = { write: (line: string) => void logged.push(line) };
  const server = fastify({ genReqId: () => randomUUID(), logger: { level: "warn", stream } });
  server.post("/parsed", async (request) => request.body);
  const region = "eu-west-1" as Region;
  const deployment: Deployment = {
    ...{ account, region, regions: [region, "us-west-2" as Region] },
    ...{ domain: "localhost", version: "1.2.3", httpPort: 5050, httpsPort: undefined, trashMs: 0 },
  };
  const { accessKeyId, secretAccessKey } = rootKey;
  const principal = rootPrincipal(account, accessKeyId);
  await server.register(
    awsDoor({
      environment: { ports, deployment, organization: testOrganization },
      operations: toyOperations(inputs),
      credentials: new RootCredentials(accessKeyId, secretAccessKey, principal),
      observer: { performed: ({ caller }) => callers.push(caller) },
      failedLogins: new FailedLogins(clock),
      heldBodies,
    }),
  );
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  const close = async () => {
    server.server.closeAllConnections();
    await server.close();
    await opened.close();
  };
  return { server, origin, clock, callers, inputs, logged, heldBodies, close };
}

/** Just enough operations to see what the door makes of a call; what they say is not at stake. */
function toyOperations(inputs: unknown[]): Operation[] {
  const anything = { access: "Read", errors: [] } as const;
  const describeRepositories = operation("ecr:DescribeRepositories", {
    ...anything,
    input: z.object({ repositoryNames: z.array(z.string()).optional() }),
    resource: (_input, caller) => ({ arn: "*", account: caller.account }),
    async handle(input) {
      inputs.push(input);
      const [name] = input.repositoryNames ?? [];
      if (name === "missing") throw new RegistryError("RepositoryNotFound", "no such repository");
      if (name === "broken") throw new Error("a bug");
      return { repositories: [{ repositoryName: name, createdAt: 1_563_223_656.5 }] };
    },
  });
  const uploadLayerPart = operation("ecr:UploadLayerPart", {
    ...anything,
    input: z.object({ layerPartBlob: z.string() }),
    resource: (_input, caller) => ({ arn: "*", account: caller.account }),
    bodyLimitBytes: limits.layerPartRequestBytes,
    async handle({ layerPartBlob }) {
      const lastByteReceived = Buffer.from(layerPartBlob, "base64").length - 1;
      if (lastByteReceived > 0) return { lastByteReceived };
      const details = { registryId: account, lastValidByteReceived: 41 };
      throw new RegistryError("InvalidLayerPart", "wrong offset", details);
    },
  });
  return [getCallerIdentity, describeRepositories, uploadLayerPart];
}

export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export function send(door: DoorServer, sent: Sent): Promise<Answer> {
  const { method = "POST", path = "/", headers = {}, body = "" } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(door.origin + path, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export interface Signing {
  service?: string;
  region?: string;
  at?: number;
  secretAccessKey?: string;
  host?: string;
}

export async function sign(door: DoorServer, sent: Sent, signing: Signing = {}): Promise<Sent> {
  const request = new HttpRequest({
    method: sent.method ?? "POST",
    path: "/",
    headers: { host: signing.host ?? new URL(door.origin).host, ...sent.headers },
    body: sent.body ?? "",
  });
  const signingDate = new Date(signing.at ?? door.clock.now());
  const { headers } = await signer(signing).sign(request, { signingDate });
  return { ...sent, headers };
}

/** Path and query of a presigned call to STS. */
export async function presign(door: DoorServer, method: string): Promise<string> {
  const request = new HttpRequest({
    ...{ method, path: "/", headers: { host: new URL(door.origin).host } },
    query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
  });
  const options = { signingDate: new Date(door.clock.now()), expiresIn: 900 };
  const { query } = await signer({ service: "sts" }).presign(request, options);
  const parameters = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `/?${parameters.join("&")}`;
}

function signer({ service = "ecr", region = "eu-west-1", secretAccessKey }: Signing): SignatureV4 {
  const credentials = { ...rootKey, ...(secretAccessKey === undefined ? {} : { secretAccessKey }) };
  return new SignatureV4({ service, region, sha256: Sha256, credentials });
}

export function jsonCall(name: string, body: string): Sent {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `${target}.${name}`,
  };
  return { headers, body };
}

/** Every operation of the table, asked over HTTP by nobody and by somebody with a wrong key. */

import * as sdk from "@aws-sdk/client-ecr";
import { ECRClient } from "@aws-sdk/client-ecr";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { RootCredentials } from "../../src/adapters/credentials/root.ts";
import { awsDoor } from "../../src/doors/aws/aws-door.ts";
import { queryVersions } from "../../src/doors/aws/query-codec.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import { testOrganization } from "../support/organization.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { validInput } from "../support/schema-inputs.ts";

const account = "000000000000" as AccountId;
const region = "us-east-1" as Region;
const key = { accessKeyId: "AKIAENTREPOT", secretAccessKey: "a-secret-of-the-root" };
/** All but those that are for whoever has no key yet. */
const signed = operations.filter(({ isAnonymous }) => !isAnonymous);
const prefixes: Readonly<Record<string, string>> = {
  cloudtrail: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
  ecr: "AmazonEC2ContainerRegistry_V20150921",
  "ecr-public": "SpencerFrontendService",
  entrepot: "Entrepot_V1",
  events: "AWSEvents",
  kms: "TrentService",
  organizations: "AWSOrganizationsV20161128",
  secretsmanager: "secretsmanager",
  ssm: "AmazonSSM",
};

/** Wrong secrets are what these tests are about; how many are too many is another's. */
class PatientLogins extends FailedLogins {
  override allow(): boolean {
    return true;
  }
}

let store: TestPorts;
let server: FastifyInstance;
let origin: string;

beforeAll(async () => {
  store = await testPorts();
  store.clock.set(Date.now()); // The SDK signs with the machine's time.
  server = fastify({ genReqId: () => crypto.randomUUID() });
  const principal = rootPrincipal(account, key.accessKeyId);
  const deployment = {
    ...{ account, region, regions: [region], domain: "localhost" },
    ...{ httpPort: 5050, httpsPort: undefined, version: "1.2.3", trashMs: 0 },
  };
  await server.register(
    awsDoor({
      environment: { ports: store.ports, deployment, organization: testOrganization },
      operations,
      credentials: new RootCredentials(key.accessKeyId, key.secretAccessKey, principal),
      observer: { performed: () => expect.unreachable("a refused caller reached an operation") },
      failedLogins: new PatientLogins(store.ports.clock),
    }),
  );
  origin = await server.listen({ host: "127.0.0.1", port: 0 });
});

afterAll(async () => {
  await server.close();
  await store.close();
});

describe.each(signed.map((operation) => [operation.name, operation] as const))(
  "%s",
  (_name, operation) => {
    it("refuses an unsigned call, and changes nothing", async () => {
      const before = await store.dump();
      const { path, ...call } = callOf(operation);
      const response = await fetch(origin + path, call);
      expect(response.status).toBe(403);
      // REST-JSON has the name in a header alone.
      const told = response.headers.get("x-amzn-errortype") + (await response.text());
      expect(told).toContain("MissingAuthenticationToken");
      expect(await store.dump()).toBe(before);
    });

    it("refuses a call signed with a wrong secret, and changes nothing", async () => {
      const before = await store.dump();
      const name = queryVersions.has(operation.service)
        ? "SignatureDoesNotMatch"
        : "InvalidSignatureException";
      await expect(askWith("wrong", operation)).rejects.toMatchObject({ name });
      expect(await store.dump()).toBe(before);
    });
  },
);

/** By the SDK where it knows the operation, else by hand. */
async function askWith(secretAccessKey: string, operation: Operation): Promise<void> {
  const credentials = { ...key, secretAccessKey };
  if (operation.service === "ecr") {
    const client = new ECRClient({ region, endpoint: origin, credentials, maxAttempts: 1 });
    const Command = Reflect.get(sdk, `${operation.operationName}Command`);
    await client.send(new Command(inputOf(operation)));
    return;
  }
  const { path, method, body, headers } = callOf(operation);
  const { service } = operation;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const { host } = new URL(origin);
  const request = new HttpRequest({ method, path, headers: { ...headers, host }, body });
  const signed = await signer.sign(request);
  const answer = await fetch(origin + path, {
    method,
    headers: signed.headers,
    ...(body && { body }),
  });
  throw Object.assign(new Error(), { name: answer.headers.get("x-amzn-errortype") });
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function callOf(operation: Operation): Call {
  const { service, operationName, http } = operation;
  if (http !== undefined) {
    const path = http.path.replace(/\{.*\}/, "label");
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(inputOf(operation));
    return { method: http.method, path, headers, ...(http.method !== "GET" && { body }) };
  }
  const version = queryVersions.get(service);
  if (version !== undefined) {
    const members = formMembers(inputOf(operation));
    const form: [string, string][] = [["Action", operationName], ["Version", version], ...members];
    return {
      ...{ method: "POST", path: "/" },
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    };
  }
  return {
    ...{ method: "POST", path: "/" },
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${prefixes[service]}.${operationName}`,
    },
    body: JSON.stringify(inputOf(operation)),
  };
}

/** As AWS Query writes members: `Tags.member.1.Key`. */
function formMembers(value: unknown, name = ""): [string, string][] {
  if (typeof value !== "object" || value === null) return [[name, String(value)]];
  const entries = Array.isArray(value)
    ? value.map((item, index) => [`member.${index + 1}`, item] as const)
    : Object.entries(value);
  return entries.flatMap(([key, item]) => formMembers(item, name === "" ? key : `${name}.${key}`));
}

function inputOf(operation: Operation): object {
  return validInput(operation.input as z.ZodType, {}) as object;
}

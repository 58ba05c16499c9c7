/** Every operation of the table, asked over HTTP by nobody and by somebody with a wrong key. */

import * as sdk from "@aws-sdk/client-ecr";
import { ECRClient } from "@aws-sdk/client-ecr";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { RootCredentials } from "../../src/adapters/credentials/root.ts";
import { awsDoor } from "../../src/doors/aws/aws-door.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { validInput } from "../support/schema-inputs.ts";

const account = "000000000000" as AccountId;
const region = "us-east-1" as Region;
const key = { accessKeyId: "AKIAENTREPOT", secretAccessKey: "a-secret-of-the-root" };
const ecr = operations.filter(({ service }) => service === "ecr");

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
    ...{ httpPort: 5050, httpsPort: undefined },
  };
  await server.register(
    awsDoor({
      environment: { ports: store.ports, deployment },
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

describe.each(ecr.map((operation) => [operation.operationName, operation] as const))(
  "%s",
  (name, operation) => {
    it("refuses an unsigned call, and changes nothing", async () => {
      const before = store.dump();
      const response = await fetch(origin, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `AmazonEC2ContainerRegistry_V20150921.${name}`,
        },
        body: JSON.stringify(inputOf(operation)),
      });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("MissingAuthenticationToken");
      expect(store.dump()).toBe(before);
    });

    it("refuses a call signed with a wrong secret, and changes nothing", async () => {
      const before = store.dump();
      const client = new ECRClient({
        region,
        endpoint: origin,
        credentials: { ...key, secretAccessKey: "wrong" },
        maxAttempts: 1,
      });
      const Command = Reflect.get(sdk, `${name}Command`);
      await expect(client.send(new Command(inputOf(operation)))).rejects.toMatchObject({
        name: "InvalidSignatureException",
      });
      expect(store.dump()).toBe(before);
    });
  },
);

function inputOf(operation: Operation): object {
  return validInput(operation.input as z.ZodType, {}) as object;
}

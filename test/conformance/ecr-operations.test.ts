/**
 * What holds for every operation on a registry, whatever it does: another account's principal is
 * refused, an input that breaks the schema is refused, and neither changes anything.
 */
import * as sdk from "@aws-sdk/client-ecr";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import type { TestRegistry } from "../support/ecr.ts";
import { account, callerOf, digestOf, openTestRegistry, otherAccount } from "../support/ecr.ts";
import { ownAccountOperations } from "../support/own-account-operations.ts";
import { malformed, validInput } from "../support/schema-inputs.ts";

const repositoryName = "team/app";
const ecr = operations.filter(({ service }) => service === "ecr");
/** Those of accounts have a suite of their own: other accounts cannot even be named to them. */
const guarded = operations.filter(
  ({ name, service }) =>
    service === "ecr" || (service === "entrepot" && !ownAccountOperations.has(name)),
);
const registry: { current?: TestRegistry } = {};

/** Values that a schema alone cannot tell: what exists, and what has a shape of its own. */
const known: Readonly<Record<string, unknown>> = {
  signingProfileArn: `arn:aws:signer:us-east-1:${account}:/signing-profiles/there`,
  registryId: account,
  repositoryName,
  repositoryNames: [repositoryName],
  resourceArn: `arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`,
  registryIds: [account],
  uploadId: "00000000-0000-4000-8000-000000000000",
  layerDigest: digestOf("layer"),
  layerDigests: [digestOf("layer")],
  imageDigest: digestOf("image"),
  imageDigests: [digestOf("image")],
  runId: "1-00000000-0000-4000-8000-000000000000",
  filter: undefined,
  requestId: "0".repeat(28),
  nextToken: undefined,
  imageTagMutabilityExclusionFilters: undefined,
  jobId: "00000000-0000-4000-8000-000000000000",
  holdId: "00000000-0000-4000-8000-000000000000",
  principalArn: `arn:aws:iam::${account}:role/scanner`,
  name: "BLOB_MOUNTING",
  value: "DISABLED",
  desiredValue: 9,
};

function asked(operation: Operation, input: unknown, caller: Caller): Promise<unknown> {
  return registry.current!.ask(operation, input, caller);
}

beforeAll(async () => {
  registry.current = await openTestRegistry();
  await registry.current.createRepository(repositoryName);
  await registry.current.pushImage(repositoryName, "one", { imageTag: "v1" });
});
afterAll(() => registry.current?.close());

describe.each(guarded.map((operation) => [operation.operationName, operation] as const))(
  "%s",
  (operationName, operation) => {
    const input = validInput(operation.input as z.ZodType, known);

    it("takes an input that keeps to its schema", () => {
      expect(operation.input.safeParse(input).error).toBeUndefined();
    });

    // A token is the caller's own identity, so there is nothing of another account to refuse; and the
    // gallery is for everybody.
    if (operationName !== "GetAuthorizationToken" && operation.action !== null) {
      it("refuses a principal of another account, and changes nothing", async () => {
        const before = await registry.current!.dump();
        const stranger = { ...callerOf(otherAccount), account };
        await expect(asked(operation, input, stranger)).rejects.toMatchObject({
          kind: "AccessDenied",
          message: expect.stringContaining(
            `arn:aws:iam::${otherAccount}:root is not authorized to perform: ${operation.action} on resource: `,
          ),
        });
        expect(await registry.current!.dump()).toBe(before);
      });
    }

    it("refuses what breaks its schema as an invalid parameter, and changes nothing", async () => {
      const before = await registry.current!.dump();
      await fc.assert(
        fc.asyncProperty(malformed(operation.input as z.ZodType, input), async (broken) => {
          await expect(asked(operation, broken, callerOf(account))).rejects.toMatchObject({
            kind: "InvalidParameter",
          });
        }),
        { numRuns: 60 },
      );
      expect(await registry.current!.dump()).toBe(before);
    });
  },
);

it("has operations of ECR's own API model alone, each once", () => {
  const names = ecr.map(({ operationName }) => operationName);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(sdk).toHaveProperty(`${name}Command`);
});

it("looks the same to a stranger whether the repository is there or not", async () => {
  const stranger = { ...callerOf(otherAccount), account };
  for (const operation of ecr) {
    const input = validInput(operation.input as z.ZodType, known);
    if (!Object.hasOwn(input, "repositoryName")) continue;
    const there = await asked(operation, input, stranger).catch(String);
    const missing = { ...input, repositoryName: "no/app" };
    const absent = await asked(operation, missing, stranger).catch(String);
    expect(String(absent).replaceAll("no/app", repositoryName)).toBe(there);
  }
});

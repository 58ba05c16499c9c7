/**
 * What holds for every operation on accounts and on who there is in them, whatever it does: a user that
 * no policy allows it is refused, an input that breaks the schema is refused, and neither changes
 * anything.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { createGroup } from "../../src/operations/iam/create-group.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import type { TestRegistry } from "../support/ecr.ts";
import { account, callerOf, openTestRegistry } from "../support/ecr.ts";
import { userWith } from "../support/identity.ts";
import { malformed, validInput } from "../support/schema-inputs.ts";

const guarded = operations.filter(
  ({ service, action, isAnonymous }) => service === "iam" && action !== null && !isAnonymous,
);
const opened: { registry?: TestRegistry; nobody?: Caller } = {};

/** Values that a schema alone cannot tell: what has a shape of its own. */
const known: Readonly<Record<string, unknown>> = {
  AccessKeyId: "AKIAABCDEFGHIJKLMNOP",
  NewPath: "/new/",
  PermissionsBoundary: `arn:aws:iam::${account}:policy/edge`,
  PolicyArn: `arn:aws:iam::${account}:policy/pull`,
};

function asked(operation: Operation, input: unknown, caller: Caller): Promise<unknown> {
  return opened.registry!.ask(operation, input, caller);
}

beforeAll(async () => {
  const registry = await openTestRegistry();
  opened.registry = registry;
  opened.nobody = await userWith(registry.environment.ports, { account, name: "nobody" });
  await userWith(registry.environment.ports, { account, name: "there" });
  await registry.ask(createGroup, { GroupName: "there" });
});
afterAll(() => opened.registry?.close());

describe.each(guarded.map((operation) => [operation.name, operation] as const))(
  "%s",
  (_name, operation) => {
    const input = validInput(operation.input as z.ZodType, known);

    it("takes an input that keeps to its schema", () => {
      expect(operation.input.safeParse(input).error).toBeUndefined();
    });

    it("refuses a user that no policy allows it, and changes nothing", async () => {
      const before = await opened.registry!.dump();
      await expect(asked(operation, input, opened.nobody!)).rejects.toMatchObject({
        kind: "AccessDenied",
        message: expect.stringContaining(
          `user/nobody is not authorized to perform: ${operation.action} on resource: `,
        ),
      });
      expect(await opened.registry!.dump()).toBe(before);
    });

    it("refuses what breaks its schema as a validation error, and changes nothing", async () => {
      const before = await opened.registry!.dump();
      await fc.assert(
        fc.asyncProperty(malformed(operation.input as z.ZodType, input), async (broken) => {
          await expect(asked(operation, broken, callerOf(account))).rejects.toMatchObject({
            kind: "Validation",
          });
        }),
        { numRuns: 60 },
      );
      expect(await opened.registry!.dump()).toBe(before);
    });
  },
);

it.each(["UserName", "GroupName"])(
  "looks the same to who may not look whether there is one of the %s or not",
  async (member) => {
    for (const operation of guarded) {
      const input = validInput(operation.input as z.ZodType, known);
      const answers: string[] = [];
      for (const name of ["there", "gone"]) {
        const named = { ...input, [member]: name };
        const answer = await asked(operation, named, opened.nobody!).catch(String);
        answers.push(String(answer).replaceAll(name, "NAME"));
      }
      expect(answers[0]).toBe(answers[1]);
    }
  },
);

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import type { Caller } from "../identity/principal.ts";
import type { Region, Registry } from "../names.ts";
import { authorize } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { createGrant } from "./create-grant.ts";
import { awsManagedKey, createKey } from "./create-key.ts";
import { endGrant } from "./end-grant.ts";
import { findKey } from "./find-key.ts";
import { keyResource } from "./key-access.ts";
import { checkedKeyPolicy } from "./key-policy.ts";
import type { EncryptionContext, KmsKey } from "./kms-key.ts";

const registry: Registry = { account, region: "us-east-1" as Region };
const variable = ["$", "{aws:username}"].join("");
const service = "ecr.us-east-1.amazonaws.com";
const ecr = {
  ...{ type: "Service", arn: "", service },
  policies: callerOf(account).principal.policies,
};

let store: TestPorts;
beforeAll(async () => {
  store = await testPorts();
});
afterAll(() => store.close());

async function mayUse(
  key: KmsKey,
  { principal }: { principal: Pick<Caller["principal"], "policies"> & object },
  encryptionContext: EncryptionContext = {},
  action = "kms:Decrypt",
): Promise<boolean> {
  const asking = principal as Caller["principal"];
  const resource = await keyResource(store.ports, key, { principal: asking, encryptionContext });
  const context = new RequestContext(callerOf(account), 0);
  return (await authorize(store.ports, asking, action, resource, context)).allowed;
}

const allowAll = { Effect: "Allow", Action: "kms:*", Resource: "*" };
const user = (name: string, of = account, ...statements: object[]) =>
  userWith(store.ports, { account: of, name }, ...(statements as [])) as Promise<Caller>;
const withPolicy = async (...statements: object[]) => {
  const policy = await checkedKeyPolicy(store.ports, policyText(...(statements as [])));
  return createKey(store.ports, { registry, policy });
};

describe("who may use a key", () => {
  it("counts identity policies only where the key policy names the account's root", async () => {
    const reader = await user("reader", account, allowAll);
    const nobody = await user("nobody");
    const open = await createKey(store.ports, { registry });
    expect(await mayUse(open, reader)).toBe(true);
    expect(await mayUse(open, nobody)).toBe(false);
    expect(await mayUse(open, callerOf(account))).toBe(true);
    const closed = await withPolicy({
      ...allowAll,
      Principal: { AWS: nobody.principal.arn },
    });
    expect(await mayUse(closed, reader)).toBe(false);
    expect(await mayUse(closed, callerOf(account))).toBe(false);
    expect(await mayUse(closed, nobody)).toBe(true);
  });

  it("asks both sides where the key is another account's", async () => {
    const abroad = await user("abroad", otherAccount, allowAll);
    const without = await user("without", otherAccount);
    const own = await createKey(store.ports, { registry });
    expect(await mayUse(own, abroad)).toBe(false);
    const shared = await withPolicy({
      ...allowAll,
      Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
    });
    expect(await mayUse(shared, abroad)).toBe(true);
    expect(await mayUse(shared, without)).toBe(false);
  });

  it("lets a grantee do what the grant permits, in its encryption context alone (case 55)", async () => {
    const key = await createKey(store.ports, { registry });
    const grantee = await user("grantee");
    const grant = { key, grantee: grantee.principal.arn, issuer: account };
    const constraints = { encryptionContextSubset: { "aws:ecr:arn": "a" } };
    const made = await createGrant(store.ports, { ...grant, operations: ["Decrypt"], constraints });
    expect(await mayUse(key, grantee, { "aws:ecr:arn": "a", more: "m" })).toBe(true);
    expect(await mayUse(key, grantee, { "aws:ecr:arn": "b" })).toBe(false);
    expect(await mayUse(key, grantee, { "AWS:ecr:arn": "a" })).toBe(false);
    expect(await mayUse(key, grantee)).toBe(false);
    expect(await mayUse(key, grantee, { "aws:ecr:arn": "a" }, "kms:Encrypt")).toBe(false);
    await endGrant(store.ports, key, made.id);
    expect(await mayUse(key, grantee, { "aws:ecr:arn": "a", more: "m" })).toBe(false);
    await expect(endGrant(store.ports, key, made.id)).rejects.toMatchObject({ kind: "NotFound" });
  });

  it("takes EncryptionContextEquals for all of the context and nothing else", async () => {
    const key = await createKey(store.ports, { registry });
    const operations = ["Decrypt", "DescribeKey"] as const;
    const constraints = { encryptionContextEquals: { a: "1", b: variable } };
    await createGrant(store.ports, {
      ...{ key, grantee: service, issuer: account },
      operations,
      constraints,
    });
    const caller = { principal: ecr };
    expect(await mayUse(key, caller, { b: variable, a: "1" })).toBe(true);
    expect(await mayUse(key, caller, { a: "1", b: variable, c: "2" })).toBe(false);
    expect(await mayUse(key, caller, { a: "1" })).toBe(false);
    expect(await mayUse(key, caller, { a: "1", b: "user" })).toBe(false);
    // DescribeKey has no context that could be constrained.
    expect(await mayUse(key, caller, {}, "kms:DescribeKey")).toBe(true);
    expect(await mayUse(await createKey(store.ports, { registry }), caller, { a: "1" })).toBe(
      false,
    );
  });

  it("lets an explicit deny of the key policy outweigh a grant", async () => {
    const grantee = await user("denied");
    const Principal = { AWS: grantee.principal.arn };
    const root = { AWS: `arn:aws:iam::${account}:root` };
    const deny = { ...allowAll, Effect: "Deny", Action: "kms:Decrypt", Principal };
    const key = await withPolicy({ ...allowAll, Principal: root }, deny);
    const grant = { key, grantee: grantee.principal.arn, issuer: account };
    await createGrant(store.ports, { ...grant, operations: ["Decrypt", "Encrypt"] });
    expect(await mayUse(key, grantee)).toBe(false);
    expect(await mayUse(key, grantee, {}, "kms:Encrypt")).toBe(true);
  });

  it("gives the same grant for the same name and parameters, and another for others", async () => {
    const key = await createKey(store.ports, { registry });
    const wanted = { key, grantee: service, issuer: account, operations: ["Decrypt"] } as const;
    const first = await createGrant(store.ports, { ...wanted, name: "n" });
    expect(await createGrant(store.ports, { ...wanted, name: "n" })).toEqual(first);
    const others = await Promise.all([
      createGrant(store.ports, { ...wanted, name: "n", operations: ["Encrypt"] }),
      createGrant(store.ports, { ...wanted, name: "m" }),
      createGrant(store.ports, wanted),
      createGrant(store.ports, wanted),
    ]);
    expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(5);
  });
});

describe("the key of a service", () => {
  it("is made once, however many ask at once", async () => {
    const other = { ...registry, region: "eu-west-1" as Region };
    const asked = Array.from({ length: 8 }, () =>
      awsManagedKey(store.ports, other, "alias/aws/ecr"),
    );
    const keys = await Promise.all(asked);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(keys[0]).toMatchObject({ manager: "AWS", rotation: { periodDays: 365 } });
    expect(await store.ports.metadata.kms.keys.list(other, { limit: 9 })).toHaveLength(1);
    expect(await findKey(store.ports, other, "alias/aws/ecr")).toEqual(keys[0]);
  });

  it("is used by way of the service alone, and changed by nobody", async () => {
    const key = await awsManagedKey(store.ports, registry, "alias/aws/ecr");
    const { principal } = await user("by-service");
    const context = new RequestContext(callerOf(account), 0);
    const via = async (viaService: string | undefined, action: string, asking = principal) => {
      const resource = await keyResource(store.ports, key, { principal: asking, viaService });
      return (await authorize(store.ports, asking, action, resource, context)).allowed;
    };
    expect(await via(service, "kms:Decrypt")).toBe(true);
    expect(await via(undefined, "kms:Decrypt")).toBe(false);
    expect(await via("s3.us-east-1.amazonaws.com", "kms:Decrypt")).toBe(false);
    const abroad = await user("by-service-abroad", otherAccount, allowAll);
    expect(await via(service, "kms:Decrypt", abroad.principal)).toBe(false);
    const root = callerOf(account).principal;
    expect(await via(undefined, "kms:DescribeKey", root)).toBe(true);
    expect(await via(undefined, "kms:ScheduleKeyDeletion", root)).toBe(false);
    expect(await via(service, "kms:PutKeyPolicy", root)).toBe(false);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { explainAccess } from "../entrepot/explain-access.ts";
import { createGrant } from "./create-grant.ts";
import { createKey } from "./create-key.ts";
import { decrypt } from "./decrypt.ts";
import { describeKey } from "./describe-key.ts";
import { disableKey } from "./disable-key.ts";
import { encrypt } from "./encrypt.ts";
import { generateDataKey } from "./generate-data-key.ts";
import { listGrants } from "./list-grants.ts";
import { listRetirableGrants } from "./list-retirable-grants.ts";
import { retireGrant } from "./retire-grant.ts";
import { revokeGrant } from "./revoke-grant.ts";

let iam: TestIam;
let KeyId: string;
let Arn: string;
let grantee: Caller;
beforeEach(async () => {
  iam = await openTestIam();
  const { KeyMetadata } = await iam.ask(createKey);
  KeyId = KeyMetadata?.KeyId ?? "";
  Arn = KeyMetadata?.Arn ?? "";
  grantee = await iam.user("grantee");
});
afterEach(() => iam.registry.close());

const denied = { kind: "AccessDenied" };

async function grant(more: object = {}, caller?: Caller) {
  const GranteePrincipal = grantee.principal.arn;
  const wanted = { KeyId, GranteePrincipal, Operations: ["Decrypt"], ...more };
  const { GrantId = "", GrantToken = "" } = await iam.ask(createGrant, wanted, caller);
  return { GrantId, GrantToken };
}

const grants = async (more: object = {}) =>
  (await iam.ask(listGrants, { KeyId, ...more })).Grants ?? [];

describe("a grant", () => {
  it("lets its grantee do its operations and nothing else, until it is revoked", async () => {
    const { CiphertextBlob } = await iam.ask(encrypt, { KeyId, Plaintext: "YQ==" });
    await expect(iam.ask(decrypt, { CiphertextBlob }, grantee)).rejects.toMatchObject(denied);
    const { GrantId, GrantToken } = await grant();
    const GrantTokens = [GrantToken];
    expect(await iam.ask(decrypt, { CiphertextBlob, GrantTokens }, grantee)).toMatchObject({
      Plaintext: "YQ==",
    });
    await expect(iam.ask(encrypt, { KeyId, Plaintext: "YQ==" }, grantee)).rejects.toMatchObject(
      denied,
    );
    await expect(
      iam.ask(decrypt, { CiphertextBlob, GrantTokens: ["forged"] }, grantee),
    ).rejects.toMatchObject({ kind: "InvalidGrantToken" });
    await iam.ask(revokeGrant, { KeyId, GrantId });
    await expect(iam.ask(decrypt, { CiphertextBlob }, grantee)).rejects.toMatchObject(denied);
    await expect(iam.ask(revokeGrant, { KeyId, GrantId })).rejects.toMatchObject({
      kind: "NotFound",
    });
  });

  it("55: holds in its encryption context alone", async () => {
    const Constraints = { EncryptionContextSubset: { "aws:ecr:arn": "a" } };
    await grant({ Constraints, Operations: ["GenerateDataKey", "Decrypt"] });
    const ask = (EncryptionContext: object) =>
      iam.ask(generateDataKey, { KeyId, KeySpec: "AES_256", EncryptionContext }, grantee);
    expect(await ask({ "aws:ecr:arn": "a", object: "o" })).toMatchObject({ KeyId: Arn });
    for (const context of [{}, { "aws:ecr:arn": "b" }, { object: "a" }]) {
      await expect(ask(context)).rejects.toMatchObject(denied);
    }
  });

  it("is bound by one constraint where the other has no pairs, as Terraform writes it", async () => {
    const EncryptionContextEquals = { a: "1" };
    const Constraints = { EncryptionContextEquals, EncryptionContextSubset: {} };
    await grant({ Constraints });
    expect(await grants()).toMatchObject([{ Constraints: { EncryptionContextEquals } }]);
    const both = { EncryptionContextEquals, EncryptionContextSubset: { b: "2" } };
    await expect(grant({ Constraints: both })).rejects.toMatchObject({
      kind: "UnsupportedOperation",
    });
  });

  it("is listed as it was asked for, one page after the other", async () => {
    const retiring = await iam.user("retiring");
    const Constraints = { EncryptionContextEquals: { a: "1" } };
    const more = { RetiringPrincipal: retiring.principal.arn, Name: "n", Constraints };
    const { GrantId } = await grant(more);
    expect(await grants({ GrantId })).toEqual([
      {
        ...{ KeyId: Arn, GrantId, Constraints, Operations: ["Decrypt"], Name: "n" },
        GranteePrincipal: grantee.principal.arn,
        RetiringPrincipal: retiring.principal.arn,
        IssuingAccount: `arn:aws:iam::${account}:root`,
        CreationDate: iam.registry.clock.now() / 1000,
      },
    ]);
    await grant({ GranteePrincipal: "ecr.us-east-1.amazonaws.com" });
    const page = await iam.ask(listGrants, { KeyId, Limit: 1 });
    const rest = await iam.ask(listGrants, { KeyId, Marker: page.NextMarker });
    expect([...(page.Grants ?? []), ...(rest.Grants ?? [])]).toHaveLength(2);
    const of = { GranteePrincipal: "ecr.us-east-1.amazonaws.com" };
    expect(await grants(of)).toMatchObject([of]);
    expect(await grants({ GrantId, ...of })).toEqual([]);
    const asked = { RetiringPrincipal: retiring.principal.arn };
    const { Grants } = await iam.ask(listRetirableGrants, asked);
    expect(Grants).toMatchObject([{ GrantId }]);
  });

  it("is made once under one name, also when it is asked for twice at once", async () => {
    const both = await Promise.all([grant({ Name: "n" }), grant({ Name: "n" })]);
    expect(both[0]?.GrantId).toBe(both[1]?.GrantId);
    expect(both[0]?.GrantToken).not.toBe(both[1]?.GrantToken);
    expect(await grants()).toHaveLength(1);
  });

  it("is refused where it could not be meant", async () => {
    const pairs = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, "v"]));
    for (const [more, kind] of [
      [{ GranteePrincipal: `arn:aws:iam::${account}:user/gone` }, "InvalidArn"],
      [{ GranteePrincipal: "somebody" }, "InvalidArn"],
      [{ Operations: ["Sign"] }, "Validation"],
      [{ Operations: [] }, "Validation"],
      [{ Constraints: { EncryptionContextSubset: pairs } }, "Validation"],
      [{ Constraints: { EncryptionContextSubset: { k: "v".repeat(385) } } }, "Validation"],
      [
        { Constraints: { SourceArn: "arn:aws:ecr:us-east-1:1:repository/r" } },
        "UnsupportedOperation",
      ],
      [{ GrantTokens: ["forged"] }, "InvalidGrantToken"],
      [{ DryRun: true }, "DryRunOperation"],
    ] as const) {
      await expect(grant(more)).rejects.toMatchObject({ kind });
    }
    expect(await grants()).toEqual([]);
    await iam.ask(disableKey, { KeyId });
    await expect(grant()).rejects.toMatchObject({ kind: "Disabled" });
  });

  it("of somebody who is made anew under the same name is not his", async () => {
    await grant();
    const { entities } = iam.ports.metadata.identity;
    const user = await entities.find(account as never, "user", "grantee");
    await iam.ports.metadata.transaction(({ identity }) => identity.entities.remove(user!));
    const again = { ...user!, id: "AIDAAGAINAGAINAGAINAG" };
    await iam.ports.metadata.transaction(({ identity }) =>
      identity.entities.insertIfAbsent(again as never),
    );
    const principal = { ...grantee.principal, uniqueId: again.id, userId: again.id };
    const { CiphertextBlob } = await iam.ask(encrypt, { KeyId, Plaintext: "YQ==" });
    await expect(
      iam.ask(decrypt, { CiphertextBlob }, { ...grantee, principal }),
    ).rejects.toMatchObject(denied);
  });
});

describe("a grant to an account", () => {
  it("leaves the matter to that account's identity policies", async () => {
    const GranteePrincipal = `arn:aws:iam::${otherAccount}:root`;
    await grant({ GranteePrincipal, Operations: ["DescribeKey"] });
    expect(await iam.ask(describeKey, { KeyId: Arn }, callerOf(otherAccount))).toMatchObject({});
  });
});

describe("who makes grants", () => {
  const may = (condition: object) => ({
    ...{ Effect: "Allow", Action: "kms:CreateGrant", Resource: "*" },
    Condition: condition,
  });

  it("is told apart by what is granted, to whom, and for whom", async () => {
    const operations = await iam.user(
      "operations",
      may({ "ForAllValues:StringEquals": { "kms:GrantOperations": ["Decrypt", "Encrypt"] } }),
    );
    expect(await grant({}, operations)).toBeDefined();
    await expect(
      grant({ Operations: ["Decrypt", "CreateGrant"] }, operations),
    ).rejects.toMatchObject(denied);
    const to = await iam.user(
      "to",
      may({ StringEquals: { "kms:GranteePrincipal": grantee.principal.arn } }),
    );
    expect(await grant({}, to)).toBeDefined();
    await expect(grant({ GranteePrincipal: to.principal.arn }, to)).rejects.toMatchObject(denied);
    const bound = await iam.user(
      "bound",
      may({ StringEquals: { "kms:GrantConstraintType": "EncryptionContextSubset" } }),
    );
    await expect(grant({}, bound)).rejects.toMatchObject(denied);
    expect(
      await grant({ Constraints: { EncryptionContextSubset: { a: "1" } } }, bound),
    ).toBeDefined();
    const service = await iam.user(
      "service",
      may({ Bool: { "kms:GrantIsForAWSResource": "true" } }),
    );
    await expect(grant({}, service)).rejects.toMatchObject(denied);
    const retired = await iam.user(
      "retired",
      may({ StringEquals: { "kms:RetiringPrincipal": grantee.principal.arn } }),
    );
    await expect(grant({}, retired)).rejects.toMatchObject(denied);
    expect(await grant({ RetiringPrincipal: grantee.principal.arn }, retired)).toBeDefined();
  });

  it("passes on by a grant no more than it gives, and no less strictly", async () => {
    const Constraints = { EncryptionContextSubset: { a: "1" } };
    await grant({ Operations: ["CreateGrant", "Decrypt"], Constraints });
    const other = (await iam.user("third")).principal.arn;
    const pass = (more: object) => grant({ GranteePrincipal: other, ...more }, grantee);
    expect(await pass({ Constraints })).toBeDefined();
    const stricter = { EncryptionContextEquals: { a: "1", b: "2" } };
    expect(await pass({ Constraints: stricter })).toBeDefined();
    for (const more of [
      {},
      { Constraints: { EncryptionContextSubset: { a: "2" } } },
      { Constraints, Operations: ["Encrypt"] },
      { Constraints, Operations: ["Decrypt", "Encrypt"] },
    ]) {
      await expect(pass(more)).rejects.toMatchObject(denied);
    }
  });
});

describe("RetireGrant", () => {
  it("is for whom the grant names, by its token or by its id", async () => {
    const retiring = await iam.user("retiring");
    const stranger = await iam.user("stranger");
    const RetiringPrincipal = retiring.principal.arn;
    const [one, two] = [await grant({ RetiringPrincipal }), await grant({ RetiringPrincipal })];
    await expect(
      iam.ask(retireGrant, { KeyId: Arn, GrantId: one.GrantId }, stranger),
    ).rejects.toMatchObject(denied);
    await expect(
      iam.ask(retireGrant, { GrantToken: one.GrantToken }, grantee),
    ).rejects.toMatchObject(denied);
    await expect(
      iam.ask(retireGrant, { GrantToken: one.GrantToken, DryRun: true }, retiring),
    ).rejects.toMatchObject({ kind: "DryRunOperation" });
    await iam.ask(retireGrant, { GrantToken: one.GrantToken }, retiring);
    await iam.ask(retireGrant, { KeyId: Arn, GrantId: two.GrantId }, retiring);
    expect(await grants()).toEqual([]);
    await expect(iam.ask(retireGrant, { KeyId: Arn })).rejects.toMatchObject({
      kind: "Validation",
    });
    await expect(iam.ask(retireGrant, { GrantToken: "forged" })).rejects.toMatchObject({
      kind: "InvalidGrantToken",
    });
  });

  it("is for the grantee where the grant says so, and for the account that made it", async () => {
    const own = await grant({ Operations: ["Decrypt", "RetireGrant"] });
    await iam.ask(retireGrant, { KeyId: Arn, GrantId: own.GrantId }, grantee);
    const [one, two] = [await grant(), await grant()];
    await iam.ask(retireGrant, { KeyId: Arn, GrantId: one.GrantId });
    const keeper = await iam.user("keeper", {
      ...{ Effect: "Allow", Action: "kms:RetireGrant", Resource: Arn },
    });
    await iam.ask(retireGrant, { KeyId: Arn, GrantId: two.GrantId }, keeper);
    expect(await grants()).toEqual([]);
  });
});

it("ExplainAccess names the grant that lets somebody use a key, and the one that almost did", async () => {
  const { GrantId } = await grant({ Constraints: { EncryptionContextSubset: { a: "1" } } });
  const ask = (context: object) =>
    iam.ask(explainAccess, {
      ...{ principalArn: grantee.principal.arn, action: "kms:Decrypt", resourceArn: Arn, context },
    });
  const allowed = await ask({ "kms:EncryptionContext:a": "1" });
  expect(allowed).toMatchObject({ allowed: true, decidedBy: { policy: `grant ${GrantId}` } });
  const refused = await ask({ "kms:EncryptionContext:a": "2" });
  expect(refused).toMatchObject({ allowed: false });
  expect(refused.nearMisses.map(({ policy }) => policy)).toContain(`grant ${GrantId}`);
});

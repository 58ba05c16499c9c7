import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { addClientIDToOpenIDConnectProvider } from "./add-client-id-to-open-id-connect-provider.ts";
import { createOpenIDConnectProvider } from "./create-open-id-connect-provider.ts";
import { deleteOpenIDConnectProvider } from "./delete-open-id-connect-provider.ts";
import { getOpenIDConnectProvider } from "./get-open-id-connect-provider.ts";
import { listOpenIDConnectProviderTags } from "./list-open-id-connect-provider-tags.ts";
import { listOpenIDConnectProviders } from "./list-open-id-connect-providers.ts";
import { removeClientIDFromOpenIDConnectProvider } from "./remove-client-id-from-open-id-connect-provider.ts";
import { tagOpenIDConnectProvider } from "./tag-open-id-connect-provider.ts";
import { untagOpenIDConnectProvider } from "./untag-open-id-connect-provider.ts";
import { updateOpenIDConnectProviderThumbprint } from "./update-open-id-connect-provider-thumbprint.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const thumbprint = "6938fd4d98bab03faadb97b34396831e3780aea1";
const create = (Url: string, more: object = {}) =>
  iam.ask(createOpenIDConnectProvider, { Url, ...more });
const arn = (url: string) => `arn:aws:iam::${account}:oidc-provider/${url}`;

describe("an issuer of tokens that the account trusts", () => {
  const url = "token.example/path";
  const OpenIDConnectProviderArn = arn(url);
  const of = { OpenIDConnectProviderArn };
  const get = () => iam.ask(getOpenIDConnectProvider, of);

  it("is shown without its scheme, with all that was given", async () => {
    iam.registry.clock.set(Date.parse("2026-11-28T00:45:15.678Z"));
    const Tags = [{ Key: "Team", Value: "core" }];
    expect(
      await create(`https://${url}`, {
        ...{ ClientIDList: ["b", "a", "b"], ThumbprintList: [thumbprint], Tags },
      }),
    ).toEqual({ OpenIDConnectProviderArn, Tags });
    expect(await get()).toEqual({
      Url: url,
      ClientIDList: ["b", "a"],
      ThumbprintList: [thumbprint],
      CreateDate: "2026-11-28T00:45:15Z",
      Tags,
    });
    await create("https://another.example");
    expect(await iam.ask(listOpenIDConnectProviders)).toEqual({
      OpenIDConnectProviderList: [
        { Arn: arn("another.example") },
        { Arn: OpenIDConnectProviderArn },
      ],
    });
    const stranger = callerOf(otherAccount);
    expect(await iam.ask(listOpenIDConnectProviders, {}, stranger)).toEqual({
      OpenIDConnectProviderList: [],
    });
    await expect(iam.ask(getOpenIDConnectProvider, of, stranger)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  });

  it("takes and loses audiences, of which there are a hundred at most", async () => {
    await create(`https://${url}`);
    const add = (ClientID: string) =>
      iam.ask(addClientIDToOpenIDConnectProvider, { ...of, ClientID });
    const remove = (ClientID: string) =>
      iam.ask(removeClientIDFromOpenIDConnectProvider, { ...of, ClientID });
    for (const id of ["a", "b", "a"]) await add(id);
    expect((await get()).ClientIDList).toEqual(["a", "b"]);
    for (const id of ["a", "unknown"]) await remove(id);
    expect((await get()).ClientIDList).toEqual(["b"]);
    for (let n = 1; n < 100; n += 1) await add(`id-${n}`);
    await expect(add("one more")).rejects.toMatchObject({
      kind: "LimitExceeded",
      message: "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
    });
  });

  it("takes other thumbprints in place of the first", async () => {
    await create(`https://${url}`, { ThumbprintList: [thumbprint] });
    const update = (ThumbprintList: string[]) =>
      iam.ask(updateOpenIDConnectProviderThumbprint, { ...of, ThumbprintList });
    const other = "A".repeat(40);
    await update([other, thumbprint]);
    expect((await get()).ThumbprintList).toEqual([other, thumbprint]);
    for (const wrong of [["x".repeat(40)], ["a".repeat(39)], Array<string>(6).fill(other)]) {
      await expect(update(wrong)).rejects.toMatchObject({ kind: "InvalidInput" });
    }
  });

  it("is tagged, and judged by its tags", async () => {
    await create(`https://${url}`);
    const reader = await iam.user("reader", {
      ...{ Effect: "Allow", Action: "iam:GetOpenIDConnectProvider", Resource: "*" },
      Condition: { StringEquals: { "aws:ResourceTag/Team": "core" } },
    });
    const read = () => iam.ask(getOpenIDConnectProvider, of, reader);
    await expect(read()).rejects.toMatchObject({ kind: "AccessDenied" });
    const Tags = [
      { Key: "Team", Value: "core" },
      { Key: "Also", Value: "" },
    ];
    await iam.ask(tagOpenIDConnectProvider, { ...of, Tags });
    await read();
    expect(await iam.ask(listOpenIDConnectProviderTags, { ...of, MaxItems: "1" })).toMatchObject({
      ...{ Tags: [{ Key: "Also", Value: "" }], IsTruncated: true },
    });
    await iam.ask(untagOpenIDConnectProvider, { ...of, TagKeys: ["team"] });
    expect(await iam.ask(listOpenIDConnectProviderTags, of)).toEqual({
      ...{ Tags: [{ Key: "Also", Value: "" }], IsTruncated: false },
    });
  });

  it("is not there any more once it is deleted, for anything", async () => {
    await create(`https://${url}`);
    await iam.ask(deleteOpenIDConnectProvider, of);
    const input = { ...of, ClientID: "a", ThumbprintList: [thumbprint], Tags: [], TagKeys: ["a"] };
    for (const operation of [
      ...[getOpenIDConnectProvider, deleteOpenIDConnectProvider, listOpenIDConnectProviderTags],
      ...[addClientIDToOpenIDConnectProvider, removeClientIDFromOpenIDConnectProvider],
      ...[updateOpenIDConnectProviderThumbprint, tagOpenIDConnectProvider],
      untagOpenIDConnectProvider,
    ]) {
      await expect(iam.ask(operation, input)).rejects.toMatchObject({
        kind: "NoSuchEntity",
        message: `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
      });
    }
  });
});

it("makes an issuer once", async () => {
  await create("https://token.example");
  await expect(create("https://token.example")).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "Provider with url https://token.example already exists.",
  });
});

it("knows a hundred issuers at most", async () => {
  for (let n = 0; n < 100; n += 1) await create(`https://token.example/${n}`);
  await expect(create("https://token.example")).rejects.toMatchObject({
    kind: "LimitExceeded",
    message: "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100",
  });
});

it.each([
  "http://token.example",
  "token.example",
  "https://",
  "https://user@token.example",
  "https://token.example?x=1",
  "https://token.example#x",
  "https://TOKEN.example",
  "https://token.example:443/x",
  "https://token.example/a b",
  "https://[::1]",
])("refuses %s as an issuer", async (url) => {
  await expect(create(url)).rejects.toMatchObject({
    kind: "InvalidInput",
    message: "Invalid Open ID Connect Provider URL",
  });
});

it("names an issuer with a port whole, lest host and port be read as a scheme", async () => {
  const { OpenIDConnectProviderArn } = await create("https://token.example:8443/x");
  expect(OpenIDConnectProviderArn).toBe(arn("token.example:8443/x"));
  const { Url } = await iam.ask(getOpenIDConnectProvider, { OpenIDConnectProviderArn });
  expect(Url).toBe("https://token.example:8443/x");
});

it("needs iam:TagOpenIDConnectProvider for tags", async () => {
  const maker = await iam.user("maker", {
    ...{ Effect: "Allow", Action: "iam:CreateOpenIDConnectProvider" },
    Resource: arn("token.example*"),
  });
  const make = (Url: string, more: object = {}) =>
    iam.ask(createOpenIDConnectProvider, { Url, ...more }, maker);
  await make("https://token.example");
  const Tags = [{ Key: "a", Value: "b" }];
  await expect(make("https://token.example/x", { Tags })).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining("iam:TagOpenIDConnectProvider"),
  });
  await expect(make("https://other.example")).rejects.toMatchObject({ kind: "AccessDenied" });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { addAccounts, callerWith } from "../../../test/support/sessions.ts";
import { openToken } from "../../registry/identity/authorization-token.ts";
import { limits } from "../../registry/limits.ts";
import { getCallerIdentity } from "../sts/get-caller-identity.ts";
import { createPullSecret } from "./create-pull-secret.ts";
import { deletePullSecret } from "./delete-pull-secret.ts";
import { listPullSecrets } from "./list-pull-secrets.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account, otherAccount);
});
afterEach(() => registry.close());

const names = ["team/app", "base-*"];
const create = (input: object = {}, caller = callerOf(account)) =>
  registry.ask(createPullSecret, { repositoryNames: names, ...input }, caller);

describe("CreatePullSecret", () => {
  it("answers with the password, ready for docker and for Kubernetes, and what it is good for", async () => {
    const now = registry.clock.now() / 1000;
    const answer = await create({ description: "edge 7", expiresInDays: 30 });
    expect(answer.pullSecret).toEqual({
      pullSecretId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      description: "edge 7",
      principalArn: `arn:aws:iam::${account}:root`,
      registryId: account,
      region: "us-east-1",
      repositoryNames: names,
      createdAt: now,
      expiresAt: now + 30 * 24 * 3_600,
    });
    expect(answer).toMatchObject({ username: "AWS", proxyEndpoint: "http://localhost:5050" });
    const auth = Buffer.from(`AWS:${answer.password}`).toString("base64");
    expect(JSON.parse(answer.dockerConfigJson)).toEqual({
      auths: { "localhost:5050": { username: "AWS", password: answer.password, auth } },
    });
    const claims = openToken(registry.environment.ports, answer.password);
    expect(claims).toMatchObject({
      accessKeyId: answer.pullSecret.pullSecretId,
      region: "us-east-1",
      expiresAt: (now + 30 * 24 * 3_600) * 1000,
    });
    expect(await registry.dump()).not.toContain(answer.password);
  });

  it("lasts a year unless told otherwise, and ten at most", async () => {
    const { pullSecret } = await create();
    expect(pullSecret.expiresAt - pullSecret.createdAt).toBe(365 * 24 * 3_600);
    for (const expiresInDays of [0, 3_651]) {
      await expect(create({ expiresInDays })).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });

  it("names the host of another account's registry", async () => {
    const answer = await create({ registryId: otherAccount });
    const host = `${otherAccount}.dkr.ecr.us-east-1.localhost:5443`;
    expect(Object.keys(JSON.parse(answer.dockerConfigJson).auths)).toEqual([host]);
    expect(answer.pullSecret.registryId).toBe(otherAccount);
  });

  it("takes names and patterns of repositories, and nothing that could mean more", async () => {
    for (const repositoryNames of [[], ["Upper"], ["a\nb"], ["*:x"], ["${aws:username}"], ["?"]]) {
      await expect(create({ repositoryNames })).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });

  it("makes no key that signs requests", async () => {
    const { pullSecret } = await create();
    const caller = await callerWith(registry.environment.ports, {
      AccessKeyId: pullSecret.pullSecretId,
    });
    await expect(registry.ask(getCallerIdentity, {}, caller)).rejects.toMatchObject({
      kind: "UnrecognizedClient",
    });
  });

  it("is refused past the number that an account may have", async () => {
    const { metadata } = registry.environment.ports;
    const { pullSecret } = await create();
    const made = await metadata.identity.sessions.find(pullSecret.pullSecretId);
    await metadata.transaction(async ({ identity: { sessions } }) => {
      for (let n = 1; n < limits.pullSecretsPerAccount; n += 1) {
        await sessions.insert({ ...made!, accessKeyId: `ASIA${n}` });
      }
    });
    await expect(create()).rejects.toMatchObject({ kind: "LimitExceeded" });
    const other = callerOf(otherAccount);
    expect((await create({}, other)).pullSecret.registryId).toBe(otherAccount);
  });
});

describe("ListPullSecrets and DeletePullSecret", () => {
  it("show and end those of the caller's account alone", async () => {
    const [mine, theirs] = [await create(), await create({}, callerOf(otherAccount))];
    const ids = async (of = account) =>
      (await registry.ask(listPullSecrets, {}, callerOf(of))).pullSecrets.map(
        ({ pullSecretId }) => pullSecretId,
      );
    expect(await ids()).toEqual([mine.pullSecret.pullSecretId]);
    const { pullSecretId } = theirs.pullSecret;
    await expect(registry.ask(deletePullSecret, { pullSecretId })).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
    await registry.ask(deletePullSecret, { pullSecretId }, callerOf(otherAccount));
    expect(await ids(otherAccount)).toEqual([]);
    await expect(
      registry.ask(deletePullSecret, { pullSecretId }, callerOf(otherAccount)),
    ).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });

  it("go page by page, without passwords, and tell of secrets whose user is gone", async () => {
    const { ports } = registry.environment;
    const all = { Effect: "Allow", Action: "entrepot:*", Resource: "*" };
    const ann = await userWith(ports, { account, name: "ann" }, all);
    const made = [await create({}, ann), await create({}, ann), await create()];
    await ports.metadata.transaction(({ identity }) =>
      identity.entities.remove({ account, id: ann.principal.uniqueId }),
    );
    const first = await registry.ask(listPullSecrets, { maxResults: 2 });
    const rest = await registry.ask(listPullSecrets, { nextToken: first.nextToken });
    expect(rest.nextToken).toBeUndefined();
    const listed = [...first.pullSecrets, ...rest.pullSecrets];
    expect(listed.map(({ pullSecretId }) => pullSecretId)).toEqual(
      made.map(({ pullSecret }) => pullSecret.pullSecretId).toSorted(),
    );
    expect(listed.filter(({ principalArn }) => principalArn === undefined)).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toContain("password");
  });

  it("need permission of their own", async () => {
    const ann = await userWith(registry.environment.ports, { account, name: "ann" });
    const { pullSecretId } = (await create()).pullSecret;
    const region = "us-east-1";
    for (const [work, resource] of [
      [create({}, ann), "*"],
      [registry.ask(listPullSecrets, {}, ann), "*"],
      [registry.ask(deletePullSecret, { pullSecretId }, ann), pullSecretId],
    ] as const) {
      await expect(work).rejects.toMatchObject({
        message: expect.stringContaining(
          `on resource: arn:aws:entrepot:${region}:${account}:pull-secret/${resource} because`,
        ),
      });
    }
  });
});

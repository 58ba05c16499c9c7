/** Registry tokens of users, roles and machines outside: what they are good for, and when they end. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { setRepositoryPolicy } from "../../src/operations/ecr/set-repository-policy.ts";
import { createPullSecret } from "../../src/operations/entrepot/create-pull-secret.ts";
import { deletePullSecret } from "../../src/operations/entrepot/delete-pull-secret.ts";
import { listPullSecrets } from "../../src/operations/entrepot/list-pull-secrets.ts";
import { revokeSessions } from "../../src/operations/entrepot/revoke-sessions.ts";
import { closeAccount } from "../../src/operations/organizations/close-account.ts";
import { assumeRole } from "../../src/operations/sts/assume-role.ts";
import { issueToken } from "../../src/registry/identity/authorization-token.ts";
import { entityArn } from "../../src/registry/identity/entity.ts";
import { sealSecret } from "../../src/registry/identity/find-access-key.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { limits } from "../../src/registry/limits.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import type { AccountId, Region, RepositoryName } from "../../src/registry/names.ts";
import { DistributionServer, hostOf } from "../support/distribution-server.ts";
import { account, callerOf, imageManifest, otherAccount, TestRegistry } from "../support/ecr.ts";
import { policyText, type TestStatement, userWith } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testOrganization } from "../support/organization.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { addAccounts, callerWith, roleWith } from "../support/sessions.ts";

let opened: TestPorts;
let registry: TestRegistry;
let server: DistributionServer;
/** Another process on the same store, which knows for some seconds what it knew. */
let replica: DistributionServer;

beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  server = await serverOn(opened);
  const ports = { ...opened.ports, memory: new RegistryMemory() };
  replica = await serverOn({ ...opened, ports, close: async () => undefined });
  await addAccounts(opened.ports, account, otherAccount);
  await server.createRepository("app");
  await push(server.client());
});
afterEach(async () => {
  await replica.close();
  await server.close();
});

async function serverOn(on: TestPorts): Promise<DistributionServer> {
  const roots = { accessKeyId: `AKIA${account}`, secretAccessKey: "secret" };
  const credentials = new IdentityCredentials(on.ports, testOrganization, roots);
  const made = new DistributionServer(on, { credentials });
  await made.listen();
  return made;
}

async function push(client: OciClient, repository = "app"): Promise<void> {
  const config = Buffer.from("{}");
  await client.pushBlob(repository, config);
  await client.putManifest(repository, "v1", imageManifest(config));
}

const ecr: TestStatement = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
const all: TestStatement = { Effect: "Allow", Action: "*", Resource: "*" };
const manifest = "/v2/app/manifests/v1";

const passwordOf = (caller: Caller) => issueToken(opened.ports, caller).password;

function basic(password: string): string {
  return `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
}

function clientWith(password: string, host?: string, at = server): OciClient {
  return new OciClient(at.origin, { authorization: basic(password), host });
}

async function statuses(password: string, path = manifest): Promise<number[]> {
  const asked = [server, replica].map((at) => clientWith(password, undefined, at).get(path));
  return (await Promise.all(asked)).map(({ status }) => status);
}

/** A user with an access key in the store. */
async function userWithKey(name: string, ...statements: TestStatement[]): Promise<Caller> {
  const caller = await userWith(opened.ports, { account, name }, ...statements);
  const { accessKeyId, uniqueId } = caller.principal;
  await opened.ports.metadata.transaction(({ identity }) =>
    identity.accessKeys.insert({
      ...{ id: accessKeyId, owner: { account, id: uniqueId }, status: "Active", createdAt: 0 },
      ...{ sealedSecret: sealed(accessKeyId), lastUse: undefined },
    }),
  );
  return caller;
}

/** Gives the repository `app` of the account a policy of its own. */
function putPolicy(owner: AccountId, statement: TestStatement): Promise<unknown> {
  const input = { repositoryName: "app", policyText: policyText(statement) };
  return registry.ask(setRepositoryPolicy, input, callerOf(owner));
}

function sealed(accessKeyId: string): Uint8Array {
  return sealSecret(opened.ports, accessKeyId, "secret");
}

/** A session of a new role of the account that its users may be. */
async function roleSession(input: object = {}, ...statements: TestStatement[]): Promise<Caller> {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const trust = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const wish = { account, name: "ci", trust, maxSessionSeconds: 43_200 };
  const role = await roleWith(opened.ports, wish, ...(statements.length > 0 ? statements : [ecr]));
  const user = await userWith(opened.ports, { account, name: "who" }, all);
  const asked = { RoleArn: entityArn(role), RoleSessionName: "run", ...input };
  return callerWith(opened.ports, (await registry.ask(assumeRole, asked, user)).Credentials);
}

const expiredMessage = "Your authorization token has expired. Reauthenticate and try again.";
const expired = { errors: [{ code: "DENIED", message: expiredMessage }] };

describe("a token of temporary credentials", () => {
  it("37: is denied in ECR's words once the session has ended, however long tokens live", async () => {
    const password = passwordOf(await roleSession({ DurationSeconds: "900" }));
    opened.clock.advance(899_999);
    expect((await clientWith(password).get(manifest)).status).toBe(200);
    opened.clock.advance(1);
    const answer = await clientWith(password).get(manifest);
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual(expired);
  });

  it("38: is good in the region that it was made for alone", async () => {
    const caller = await roleSession();
    const elsewhere = "eu-west-1" as Region;
    const password = passwordOf(caller);
    const there = clientWith(password, hostOf(account, elsewhere));
    const answer = await there.get("/v2/");
    expect(answer.status).toBe(401);
    expect(answer.text()).toContain("Your authorization token is for the region us-east-1");
    const right = passwordOf({ ...caller, region: elsewhere });
    expect((await clientWith(right, hostOf(account, elsewhere)).get("/v2/")).status).toBe(200);
  });

  it("is judged by the policies of its role as they are now", async () => {
    const caller = await roleSession();
    const password = passwordOf(caller);
    expect(await statuses(password)).toEqual([200, 200]);
    const [id = ""] = caller.principal.uniqueId.split(":");
    await opened.ports.metadata.transaction(({ identity }) =>
      identity.policies.removeInline({ account, id }, "inline"),
    );
    server.opened.ports.memory.access.forgetPrincipals();
    const answer = await clientWith(password).get(manifest);
    expect(answer.status).toBe(403);
    expect(answer.text()).toContain(
      `User: arn:aws:sts::${account}:assumed-role/ci/run is not authorized to perform: ecr:BatchGetImage`,
    );
    opened.clock.advance(limits.identityCacheMs);
    expect(await statuses(password)).toEqual([403, 403]);
  });
});

describe("39: a token ends", () => {
  it("with its user, on every replica within five seconds", async () => {
    const user = await userWithKey("ann", ecr);
    const password = passwordOf(user);
    expect(await statuses(password)).toEqual([200, 200]);
    await opened.ports.metadata.transaction(async ({ identity }) => {
      await identity.accessKeys.remove(user.principal.accessKeyId);
      await identity.entities.remove({ account, id: user.principal.uniqueId });
    });
    opened.clock.advance(limits.identityCacheMs);
    const answer = await clientWith(password).get(manifest);
    expect([answer.status, answer.json()]).toEqual([403, expired]);
    expect(await statuses(password)).toEqual([403, 403]);
  });

  it("when what is allowed is taken from its user", async () => {
    const user = await userWithKey("ann", ecr);
    const password = passwordOf(user);
    expect(await statuses(password)).toEqual([200, 200]);
    await opened.ports.metadata.transaction(({ identity }) =>
      identity.policies.removeInline({ account, id: user.principal.uniqueId }, "inline"),
    );
    opened.clock.advance(limits.identityCacheMs);
    expect(await statuses(password)).toEqual([403, 403]);
  });

  it.each(["user", "role"] as const)(
    "when the sessions of its %s are revoked, and a new one does not",
    async (kind) => {
      const caller = kind === "user" ? await userWithKey("ann", ecr) : await roleSession();
      const password = passwordOf(caller);
      expect(await statuses(password)).toEqual([200, 200]);
      const principalArn = caller.principal.roleArn ?? caller.principal.arn;
      await registry.ask(revokeSessions, { principalArn });
      expect((await statuses(password))[0]).toBe(403);
      opened.clock.advance(limits.identityCacheMs);
      expect(await statuses(password)).toEqual([403, 403]);
      if (kind === "user") expect(await statuses(passwordOf(caller))).toEqual([200, 200]);
    },
  );

  it("when its account is closed, and what the account owns stays", async () => {
    const root = callerOf(otherAccount);
    const accessKeyId = "AKIAROOTOFTHEOTHER00";
    await opened.ports.metadata.transaction(({ identity }) =>
      identity.accessKeys.insert({
        ...{ id: accessKeyId, owner: { account: otherAccount, id: otherAccount }, createdAt: 0 },
        ...{ sealedSecret: sealed(accessKeyId), status: "Active", lastUse: undefined },
      }),
    );
    const caller = { ...root, principal: { ...root.principal, accessKeyId } };
    const registryOfOther = { account: otherAccount, region: caller.region };
    await server.createRepository("app", "MUTABLE", registryOfOther);
    const password = passwordOf(caller);
    const at = (server: DistributionServer) =>
      clientWith(password, hostOf(otherAccount), server).get("/v2/app/tags/list");
    expect((await at(server)).status).toBe(200);
    expect((await at(replica)).status).toBe(200);
    await registry.ask(closeAccount, { AccountId: otherAccount });
    expect((await at(server)).json()).toEqual(expired);
    opened.clock.advance(limits.identityCacheMs);
    expect((await at(replica)).status).toBe(403);
    const { repositories } = opened.ports.metadata;
    expect(await repositories.find(registryOfOther, "app" as RepositoryName)).toBeDefined();
  });
});

describe("a registry of another account", () => {
  it("is closed to whoever is not let in, whether the account exists or not", async () => {
    const password = passwordOf(await userWithKey("ann", ecr));
    const unknown = "999999999999" as AccountId;
    const answers: unknown[][] = [];
    for (const owner of [otherAccount, unknown]) {
      const client = clientWith(password, hostOf(owner));
      const open = await new OciClient(server.origin, { host: hostOf(owner) }).get("/v2/");
      for (const path of ["/v2/", manifest, "/v2/_catalog", "/v2/app/tags/list"]) {
        const { status, headers, text } = await client.get(path);
        const names = [...headers.keys()].filter((name) => name !== "date");
        answers.push([owner, path, status, names, text().replaceAll(owner, "<account>")]);
      }
      answers.push([owner, "open", open.status, [], open.text()]);
    }
    const of = (id: AccountId) => answers.filter(([which]) => which === id).map((a) => a.slice(1));
    expect(of(unknown)).toEqual(of(otherAccount));
    expect(of(unknown).map(([, status]) => status)).toEqual([200, 403, 403, 403, 401]);
  });

  it("lets in the sessions of a role that its policy names, with permission at home", async () => {
    const caller = await roleSession();
    const there = { account: otherAccount, region: caller.region };
    await server.createRepository("app", "MUTABLE", there);
    const client = clientWith(passwordOf(caller), hostOf(otherAccount));
    expect((await client.get("/v2/app/tags/list")).status).toBe(403);
    await putPolicy(otherAccount, {
      ...{ Effect: "Allow", Action: "ecr:ListImages" },
      Principal: { AWS: caller.principal.roleArn },
      Condition: { StringEquals: { "aws:PrincipalOrgID": testOrganization.id } },
    });
    expect((await client.get("/v2/app/tags/list")).status).toBe(200);
    expect((await client.get(manifest)).status).toBe(403);
  });
});

describe("a pull secret", () => {
  const names = ["app"];
  async function secretOf(caller: Caller, input: object = { repositoryNames: names }) {
    return registry.ask(createPullSecret, input, caller);
  }

  it("pulls from the repositories named for as long as it was made for, and does nothing else", async () => {
    const user = await userWithKey("ann", all);
    await server.createRepository("other");
    await push(server.client(), "other");
    const made = await secretOf(user, { repositoryNames: names, expiresInDays: 400 });
    const client = clientWith(made.password);
    const digest = imageManifest(Buffer.from("{}")).config.digest;
    opened.clock.advance(399 * 24 * 3_600_000);
    expect((await client.get("/v2/")).status).toBe(200);
    expect((await client.get(manifest)).status).toBe(200);
    expect((await client.get(`/v2/app/blobs/${digest}`)).status).toBe(200);
    expect((await client.head(`/v2/app/blobs/${digest}`)).status).toBe(200);
    const refused: [string, string][] = [
      ["POST", "/v2/app/blobs/uploads/"],
      ["PUT", manifest],
      ["DELETE", manifest],
      ["GET", "/v2/app/tags/list"],
      ["GET", "/v2/_catalog"],
      ["GET", "/v2/other/manifests/v1"],
      ["GET", `/v2/other/blobs/${digest}`],
    ];
    for (const [method, path] of refused) {
      expect([method, path, (await client.send(method, path)).status]).toEqual([method, path, 403]);
    }
    opened.clock.advance(24 * 3_600_000);
    expect((await client.get(manifest)).json()).toEqual(expired);
  });

  it("stays read-only where a repository's own policy lets its user, or everyone, do anything", async () => {
    const user = await userWithKey("ann", all);
    const { password } = await secretOf(user);
    for (const Principal of ["*", { AWS: user.principal.arn }]) {
      await putPolicy(account, { Effect: "Allow", Action: "ecr:*", Principal });
      const upload = await clientWith(password).send("POST", "/v2/app/blobs/uploads/");
      expect(upload.status).toBe(403);
      expect((await clientWith(password).get(manifest)).status).toBe(200);
      const direct = await clientWith(passwordOf(user)).send("POST", "/v2/app/blobs/uploads/");
      expect(direct.status).toBe(202);
    }
  });

  it("never pulls what its user may not, then or later", async () => {
    const user = await userWithKey("ann", all);
    const { password } = await secretOf(user);
    expect(await statuses(password)).toEqual([200, 200]);
    await opened.ports.metadata.transaction(({ identity }) =>
      identity.policies.removeInline({ account, id: user.principal.uniqueId }, "inline"),
    );
    opened.clock.advance(limits.identityCacheMs);
    expect(await statuses(password)).toEqual([403, 403]);
  });

  it("acts as root, or as a role beyond the session that made it, and is limited as that was", async () => {
    const ofRoot = await secretOf(callerOf(account));
    expect(ofRoot.pullSecret.principalArn).toBe(`arn:aws:iam::${account}:root`);
    expect(await statuses(ofRoot.password)).toEqual([200, 200]);
    const posted = await clientWith(ofRoot.password).send("POST", "/v2/app/blobs/uploads/");
    expect(posted.status).toBe(403);
    await server.createRepository("other");
    await push(server.client(), "other");
    const onlyOther = {
      ...{ Effect: "Allow", Resource: `arn:aws:ecr:us-east-1:${account}:repository/other` },
      Action: "ecr:*",
    };
    const make = { Effect: "Allow", Action: "entrepot:CreatePullSecret", Resource: "*" };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [onlyOther, make] });
    const session = await roleSession({ Policy }, all);
    const made = await secretOf(session, { repositoryNames: ["*"] });
    expect(made.pullSecret.principalArn).toBe(session.principal.roleArn);
    opened.clock.advance(24 * 3_600_000);
    expect(await statuses(made.password, "/v2/other/manifests/v1")).toEqual([200, 200]);
    expect(await statuses(made.password)).toEqual([403, 403]);
  });

  it("ends when it is deleted, its sessions are revoked, or its user is no more", async () => {
    const [ann, bob, eve] = [
      await userWithKey("ann", all),
      await userWithKey("bob", all),
      await userWithKey("eve", all),
    ];
    const secrets = await Promise.all([ann, bob, eve].map((user) => secretOf(user)));
    for (const { password } of secrets) expect(await statuses(password)).toEqual([200, 200]);
    const { pullSecretId } = secrets[0]!.pullSecret;
    await registry.ask(deletePullSecret, { pullSecretId }, ann);
    await registry.ask(revokeSessions, { principalArn: bob.principal.arn });
    const id = eve.principal.uniqueId;
    await opened.ports.metadata.transaction(({ identity }) =>
      identity.entities.remove({ account, id }),
    );
    opened.clock.advance(limits.identityCacheMs);
    for (const { password } of secrets) expect(await statuses(password)).toEqual([403, 403]);
  });

  it("tells when it was last used, within a minute, and lets a pull wait for that once", async () => {
    const { password } = await secretOf(callerOf(account));
    const lastUse = async () =>
      (await registry.ask(listPullSecrets, {})).pullSecrets[0]?.lastUsedAt;
    expect(await lastUse()).toBeUndefined();
    const first = opened.clock.now() / 1000;
    expect((await clientWith(password).get(manifest)).status).toBe(200);
    expect(await lastUse()).toBe(first);
    opened.clock.advance(limits.useRecordedMs - 1);
    await clientWith(password).get(manifest);
    expect(await lastUse()).toBe(first);
    opened.clock.advance(1);
    await clientWith(password).get(manifest);
    expect(await lastUse()).toBe(opened.clock.now() / 1000);
  });
});

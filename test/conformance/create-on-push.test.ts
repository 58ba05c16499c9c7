/** Repositories that a push makes, by templates: who may have them made, and what they are like. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { createRepositoryCreationTemplate } from "../../src/operations/ecr/create-repository-creation-template.ts";
import { describeRepositories } from "../../src/operations/ecr/describe-repositories.ts";
import { getLifecyclePolicy } from "../../src/operations/ecr/get-lifecycle-policy.ts";
import { getRepositoryPolicy } from "../../src/operations/ecr/get-repository-policy.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { listTagsForResource } from "../../src/operations/ecr/list-tags-for-resource.ts";
import { putRegistryPolicy } from "../../src/operations/ecr/put-registry-policy.ts";
import { updateRepositoryCreationTemplate } from "../../src/operations/ecr/update-repository-creation-template.ts";
import { createByTemplate } from "../../src/registry/creation-templates/create-by-template.ts";
import { issueToken } from "../../src/registry/identity/authorization-token.ts";
import { createKey } from "../../src/registry/kms/create-key.ts";
import { kmsKeyArn } from "../../src/registry/kms/kms-key.ts";
import type { AccountId, Region, RepositoryName } from "../../src/registry/names.ts";
import { auditEntries } from "../support/audit.ts";
import { DistributionServer, hostOf } from "../support/distribution-server.ts";
import { account, imageManifest, ociManifest, otherAccount, TestRegistry } from "../support/ecr.ts";
import { keyOf, policyText, putUser, type TestStatement } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testOrganization } from "../support/organization.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts, callerWith, roleWith } from "../support/sessions.ts";

const registry = { account, region: "us-east-1" as Region };
const repositories = `arn:aws:ecr:us-east-1:${account}:repository`;
const config = Buffer.from("{}");
const uploads = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"];
const push = { Effect: "Allow", Action: [...uploads, "ecr:PutImage"], Resource: "*" };
const make = { Effect: "Allow", Action: ["ecr:CreateRepository"], Resource: "*" };
const trustsEcr = {
  ...{ Effect: "Allow", Action: "sts:AssumeRole" },
  Principal: { Service: "ecr.amazonaws.com" },
};
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      ...{ rulePriority: 1, action: { type: "expire" } },
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 5 },
    },
  ],
});

let server: DistributionServer;
let api: TestRegistry;
let root: OciClient;

beforeAll(async () => {
  const opened = await testPorts();
  const roots = { accessKeyId: `AKIA${account}`, secretAccessKey: "secret" };
  const credentials = new IdentityCredentials(opened.ports, testOrganization, roots);
  server = new DistributionServer(opened, { credentials });
  await server.listen();
  await addAccounts(opened.ports, account, otherAccount);
  api = new TestRegistry(opened);
  root = server.client();
});
afterAll(() => server.close());

/** A new user's client. */
async function clientOf(
  name: string,
  statements: readonly TestStatement[],
  owner: AccountId = account,
): Promise<OciClient> {
  const { ports } = server.opened;
  const user = await putUser(ports, { account: owner, name }, ...statements);
  const { accessKeyId } = await keyOf(ports, user);
  const { password } = issueToken(ports, await callerWith(ports, { AccessKeyId: accessKeyId }));
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return new OciClient(server.origin, { authorization, host: hostOf(account) });
}

async function template(prefix: string, more: object = {}): Promise<void> {
  const input = { prefix, appliedFor: ["CREATE_ON_PUSH"], ...more };
  await api.ask(createRepositoryCreationTemplate, input);
}

async function isThere(name: string): Promise<boolean> {
  const found = await server.opened.ports.metadata.repositories.find(
    registry,
    name as RepositoryName,
  );
  return found !== undefined;
}

const begin = (client: OciClient, name: string) =>
  client.send("POST", `/v2/${name}/blobs/uploads/`);

describe("a push to a repository that is not there", () => {
  it("makes it as the template says, at once with its policies and tags, and is recorded", async () => {
    const { ports } = server.opened;
    const customRoleArn = `arn:aws:iam::${account}:role/templates`;
    const tags = { StringEquals: { "aws:RequestTag/team": "a" } };
    await roleWith(
      ports,
      { account, name: "templates", trust: [trustsEcr] },
      { ...make, Resource: `${repositories}/whole/*`, Condition: tags },
      { ...make, Action: "ecr:TagResource", Condition: tags },
      { ...make, Action: ["kms:DescribeKey", "kms:CreateGrant"] },
    );
    const kmsKey = kmsKeyArn(await createKey(ports, { registry, policy: undefined }));
    const policy = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
    await template("whole", {
      customRoleArn,
      repositoryPolicy: policyText(policy),
      lifecyclePolicy: lifecyclePolicyText,
      resourceTags: [{ Key: "team", Value: "a" }],
      encryptionConfiguration: { encryptionType: "KMS", kmsKey },
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "dev-*" }],
    });
    const repositoryName = "whole/app";
    await root.pushBlob(repositoryName, config);
    const pushed = await root.putManifest(repositoryName, "v1", imageManifest(config));
    expect(pushed.status).toBe(201);
    const { repositories: [made] = [] } = await api.ask(describeRepositories, {
      repositoryNames: [repositoryName],
    });
    expect(made).toMatchObject({
      encryptionConfiguration: { encryptionType: "KMS", kmsKey },
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "dev-*" }],
      imageScanningConfiguration: { scanOnPush: false },
    });
    const resourceArn = `${repositories}/${repositoryName}`;
    const { tags: shown } = await api.ask(listTagsForResource, { resourceArn });
    expect(shown).toEqual([{ Key: "team", Value: "a" }]);
    const { policyText: text = "" } = await api.ask(getRepositoryPolicy, { repositoryName });
    expect(JSON.parse(text)).toMatchObject({ Statement: [{ Action: "ecr:BatchGetImage" }] });
    const lifecycle = await api.ask(getLifecyclePolicy, { repositoryName });
    expect(lifecycle.lifecyclePolicyText).toBe(lifecyclePolicyText);
    const entries = await auditEntries(ports, registry);
    const told = entries.map(({ action }) => action.eventName);
    const pushing = ["InitiateLayerUpload", "CompleteLayerUpload", "PutImage"];
    for (const name of pushing) expect(told.filter((each) => each === name)).toHaveLength(1);
    const creations = entries.filter(({ action }) => action.eventName === "CreateRepository");
    expect(creations).toHaveLength(1);
    expect(creations[0]?.action).toMatchObject({
      ...{ eventSource: "ecr.amazonaws.com", requestParameters: { repositoryName } },
      ...{ resources: [{ ARN: resourceArn }], additionalEventData: { createdOnPush: true } },
    });
  });

  it("is refused as ever where no template is for it, and in the AWS API always", async () => {
    await template("api");
    expect((await begin(root, "none/app")).code()).toBe("NAME_UNKNOWN");
    expect((await begin(root, "api")).code()).toBe("NAME_UNKNOWN");
    expect((await root.get("/v2/api/app/manifests/v1")).code()).toBe("NAME_UNKNOWN");
    const initiated = api.ask(initiateLayerUpload, { repositoryName: "api/app" });
    await expect(initiated).rejects.toMatchObject({ kind: "RepositoryNotFound" });
    for (const name of ["none/app", "api", "api/app"]) expect(await isThere(name)).toBe(false);
  });

  it("makes it by a manifest or a mount as by an upload, also where the push itself fails", async () => {
    await template("ways");
    const headers = { "content-type": ociManifest };
    const body = JSON.stringify(imageManifest(Buffer.from("not here")));
    const put = await root.send("PUT", "/v2/ways/manifest/manifests/v1", { headers, body });
    expect(put.code()).toBe("BLOB_UPLOAD_UNKNOWN");
    const mount = `/v2/ways/mount/blobs/uploads/?mount=sha256:${"0".repeat(64)}&from=whole/app`;
    expect((await root.send("POST", mount)).status).toBe(202);
    for (const name of ["ways/manifest", "ways/mount"]) expect(await isThere(name)).toBe(true);
  });

  it("makes one repository of several first pushes, and takes them all", async () => {
    await template("race");
    const answers = await Promise.all(Array.from({ length: 8 }, () => begin(root, "race/app")));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
    const events = await auditEntries(server.opened.ports, registry);
    const made = events.filter(
      ({ action }) =>
        action.eventName === "CreateRepository" &&
        action.resources?.[0]?.ARN === `${repositories}/race/app`,
    );
    expect(made).toHaveLength(1);
  });

  it("makes none for who may not push there, or may not make it", async () => {
    await template("rights");
    const pusher = await clientOf("pusher", [push]);
    const maker = await clientOf("maker", [make]);
    const elsewhere = { ...make, Resource: `${repositories}/rights/other` };
    const other = await clientOf("other", [push, elsewhere]);
    // Another account's user, whom the registry lets push and not make.
    const stranger = await clientOf("stranger", [push, make], otherAccount);
    await api.ask(putRegistryPolicy, {
      policyText: policyText({
        ...{ Sid: "push", Effect: "Allow", Principal: { AWS: otherAccount } },
        ...{ Action: push.Action, Resource: `${repositories}/rights/*` },
      }),
    });
    for (const client of [pusher, maker, other, stranger]) {
      expect((await begin(client, "rights/app")).code()).toBe("DENIED");
      const put = await client.putManifest("rights/app", "v1", imageManifest(config));
      expect(put.code()).toBe("DENIED");
    }
    expect((await begin(stranger, "rights/app")).text()).toContain("ecr:CreateRepository");
    expect(await isThere("rights/app")).toBe(false);
    const told = await auditEntries(server.opened.ports, registry);
    const creations = told.filter(
      ({ action: { eventName, resources } }) =>
        eventName === "CreateRepository" && resources?.[0]?.ARN === `${repositories}/rights/app`,
    );
    // Of each push that was allowed as such: two of two users, three of the stranger.
    expect(creations.map(({ action }) => action.errorCode)).toEqual(
      Array.from({ length: 7 }, () => "AccessDeniedException"),
    );
    const both = await clientOf("both", [push, make]);
    expect((await begin(both, "rights/app")).status).toBe(202);
  });

  it("is not found where role, tags or key keep it from being made, and tells its owner why", async () => {
    const { ports } = server.opened;
    const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
    const trustsOthers = { ...trustsEcr, Principal: { Service: "events.amazonaws.com" } };
    await roleWith(ports, { account, name: "untrusting", trust: [trustsOthers] }, make);
    await roleWith(ports, { account, name: "weak", trust: [trustsEcr] }, make);
    await roleWith(ports, { account, name: "nothing", trust: [trustsEcr] });
    const resourceTags = [{ Key: "team", Value: "a" }];
    const encryptionConfiguration = {
      encryptionType: "KMS",
      kmsKey: kmsKeyArn(await createKey(ports, { registry, policy: undefined })),
    };
    const broken: Readonly<Record<string, readonly [object, RegExp]>> = {
      tagged: [{ resourceTags }, /need a customRoleArn/],
      keyed: [{ encryptionConfiguration }, /need a customRoleArn/],
      gone: [{ customRoleArn: roleArn("gone") }, /role\/gone is not there/],
      untrusting: [{ customRoleArn: roleArn("untrusting") }, /does not trust ecr/],
      nothing: [{ customRoleArn: roleArn("nothing") }, /perform: ecr:CreateRepository/],
      untagging: [{ customRoleArn: roleArn("weak"), resourceTags }, /perform: ecr:TagResource/],
      keyless: [{ customRoleArn: roleArn("weak"), encryptionConfiguration }, /kms:DescribeKey/],
    };
    for (const [name, [says, why]] of Object.entries(broken)) {
      await template(`broken-${name}`, { ...says, lifecyclePolicy: lifecyclePolicyText });
      const answer = await begin(root, `broken-${name}/app`);
      expect([name, answer.status, answer.code()]).toEqual([name, 404, "NAME_UNKNOWN"]);
      expect(answer.text()).toMatch(why);
      expect(await isThere(`broken-${name}/app`)).toBe(false);
    }
    await api.ask(putRegistryPolicy, {
      policyText: policyText({
        ...{ Sid: "make", Effect: "Allow", Principal: { AWS: otherAccount } },
        ...{ Action: [...push.Action, ...make.Action], Resource: `${repositories}/broken-gone/*` },
      }),
    });
    const stranger = await clientOf("guest", [push, make], otherAccount);
    const answer = await begin(stranger, "broken-gone/app");
    expect(answer.code()).toBe("NAME_UNKNOWN");
    expect(answer.text()).not.toMatch(/template|role/);
  });

  it("begins anew where the template is changed meanwhile: the right is asked of what is made", async () => {
    await template("changing");
    let asked = 0;
    const made = await createByTemplate(server.opened.ports, testOrganization, {
      ...{ registry, name: "changing/app" as RepositoryName, event: "CREATE_ON_PUSH" },
      allow: async () => {
        asked += 1;
        if (asked > 1) return;
        const change = { prefix: "changing", imageTagMutability: "IMMUTABLE" };
        await api.ask(updateRepositoryCreationTemplate, change);
      },
    });
    expect(asked).toBe(2);
    expect(made).toMatchObject({
      ...{ isNew: true, repository: { tagMutability: { mode: "IMMUTABLE" } } },
    });
  });

  it("is refused where the registry is full", async () => {
    await template("full");
    const { metadata, memory } = server.opened.ports;
    const count = await metadata.repositories.count(registry);
    await metadata.transaction((change) => change.serviceQuotas.put(registry, "L-CFEB8E8D", count));
    memory.access.forgetServiceQuotas(registry);
    const answer = await begin(root, "full/app");
    expect([answer.status, answer.code()]).toEqual([403, "DENIED"]);
    expect(answer.text()).toContain("maximum allowed number of repositories");
    expect(await isThere("full/app")).toBe(false);
  });
});

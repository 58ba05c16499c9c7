/** Public registries as AWS's own SDK makes, fills and describes them. */
import { createHash } from "node:crypto";
import { CreateRepositoryCommand as CreatePrivate, ECRClient } from "@aws-sdk/client-ecr";
import * as sdk from "@aws-sdk/client-ecr-public";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeImagesCommand,
  DescribeImageTagsCommand,
  DescribeRegistriesCommand,
  DescribeRepositoriesCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
  GetRegistryCatalogDataCommand,
  GetRepositoryCatalogDataCommand,
  GetRepositoryPolicyCommand,
  InitiateLayerUploadCommand,
  ListTagsForResourceCommand,
  PutImageCommand,
  PutRegistryCatalogDataCommand,
  PutRepositoryCatalogDataCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/operations/index.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account, otherAccount } from "../support/ecr.ts";
import { keyOf, policyText, putUser, type TestStatement } from "../support/identity.ts";
import { jpeg, png } from "../support/logos.ts";
import { addAccounts } from "../support/sessions.ts";

let server: AwsServer;
let ecr: ECRPUBLICClient;
beforeAll(async () => {
  server = await startAwsServer({ publicPort: 5051 });
  await addAccounts(server.ports, account, otherAccount);
  ecr = new ECRPUBLICClient(server.client());
  ecr.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        answered.add(commandName ?? "");
        return answer;
      },
    { step: "initialize", name: "answered" },
  );
});
afterAll(() => server.close());

/** Those that were answered, by the names of the SDK's commands. */
const answered = new Set<string>();

async function clientOf(of: AccountId, name: string, ...statements: TestStatement[]) {
  const user = await putUser(server.ports, { account: of, name }, ...statements);
  return new ECRPUBLICClient(server.client(await keyOf(server.ports, user)));
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function pushLayer(client: ECRPUBLICClient, target: object, layerPartBlob: Buffer) {
  const to = target as { repositoryName: string; registryId?: string };
  const { uploadId } = await client.send(new InitiateLayerUploadCommand(to));
  const part = { ...to, uploadId, partFirstByte: 0, partLastByte: layerPartBlob.length - 1 };
  const told = await client.send(new UploadLayerPartCommand({ ...part, layerPartBlob }));
  expect(told.lastByteReceived).toBe(layerPartBlob.length - 1);
  const layerDigests = [sha256(layerPartBlob)];
  return client.send(new CompleteLayerUploadCommand({ ...to, uploadId, layerDigests }));
}

async function pushImage(
  client: ECRPUBLICClient,
  target: object,
  content: string,
  imageTag = "v1",
) {
  const to = target as { repositoryName: string };
  const config = Buffer.from(JSON.stringify({ content }));
  await pushLayer(client, to, config);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const imageManifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType, layers: [] },
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      ...{ digest: sha256(config), size: config.length },
    },
  });
  return client.send(new PutImageCommand({ ...to, imageManifest, imageTag }));
}

it("are of all operations that the SDK knows, by these names", () => {
  const ours = operations.filter(({ service }) => service === "ecr-public");
  const names = ours.map(({ operationName }) => `${operationName}Command`).toSorted();
  const known = Object.keys(sdk).filter((name) => /^[A-Z]\w*Command$/.test(name));
  expect(names).toEqual(known.toSorted());
  expect(names).toHaveLength(23);
});

describe("a registry", () => {
  it("has no alias before it has a repository, and a random default one from then on", async () => {
    const other = await clientOf(otherAccount, "maker", allow("ecr-public:*"));
    const before = await other.send(new DescribeRegistriesCommand({}));
    expect(before.registries).toEqual([
      {
        ...{ registryId: otherAccount, registryUri: "", verified: false, aliases: [] },
        registryArn: `arn:aws:ecr-public::${otherAccount}:registry/${otherAccount}`,
      },
    ]);
    await other.send(new CreateRepositoryCommand({ repositoryName: "first" }));
    await other.send(new CreateRepositoryCommand({ repositoryName: "second" }));
    const { registries } = await other.send(new DescribeRegistriesCommand({}));
    const [{ registryUri, aliases } = {}] = registries ?? [];
    expect(aliases).toEqual([
      {
        ...{ name: expect.stringMatching(/^[a-z][a-z0-9]{7}$/), status: "ACTIVE" },
        ...{ primaryRegistryAlias: true, defaultRegistryAlias: true },
      },
    ]);
    expect(registryUri).toBe(`localhost:5051/${aliases?.[0]?.name}`);
  });

  it("has a display name, which is empty at first", async () => {
    const { registryCatalogData } = await ecr.send(new GetRegistryCatalogDataCommand({}));
    expect(registryCatalogData).toEqual({ displayName: "" });
    const displayName = "Example <b>Corp</b>";
    const put = await ecr.send(new PutRegistryCatalogDataCommand({ displayName }));
    expect(put.registryCatalogData).toEqual({ displayName });
    expect(await ecr.send(new GetRegistryCatalogDataCommand({}))).toMatchObject({
      registryCatalogData: { displayName },
    });
  });

  it("is asked in one region alone", async () => {
    const elsewhere = new ECRPUBLICClient({ ...server.client(), region: "eu-west-1" });
    await expect(elsewhere.send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject({
      name: "UnsupportedCommandException",
      message: "DescribeRepositories command is only supported in us-east-1.",
    });
  });
});

const catalogData = {
  description: "Serves <script>alert(1)</script> pages",
  architectures: ["ARM 64", "x86-64", "riscv"],
  operatingSystems: ["Linux"],
  aboutText: '# About\n[x](javascript:alert(1)) <img src=x onerror="alert(1)">',
  usageText: "Run it: `docker run`",
};

describe("a repository", () => {
  it("is made with what is said of it, and tells that again as it came", async () => {
    const logoImageBlob = png(60, 2048);
    const { repository, catalogData: told } = await ecr.send(
      new CreateRepositoryCommand({
        repositoryName: "team/web",
        catalogData: { ...catalogData, logoImageBlob },
        tags: [{ Key: "team", Value: "web" }],
      }),
    );
    expect(repository).toEqual({
      repositoryArn: `arn:aws:ecr-public::${account}:repository/team/web`,
      registryId: account,
      repositoryName: "team/web",
      repositoryUri: expect.stringMatching(/^localhost:5051\/[a-z][a-z0-9]{7}\/team\/web$/),
      createdAt: expect.any(Date),
    });
    const [, alias] = repository?.repositoryUri?.split("/") ?? [];
    const hex = createHash("sha256").update(logoImageBlob).digest("hex");
    const logoUrl = `http://localhost:5051/gallery-api/logo?name=${alias}%2Fteam%2Fweb&digest=${hex}`;
    expect(told).toEqual({ ...catalogData, logoUrl });
    const again = await ecr.send(
      new GetRepositoryCatalogDataCommand({ repositoryName: "team/web" }),
    );
    expect(again.catalogData).toEqual({ ...catalogData, logoUrl });
    await expect(
      ecr.send(new CreateRepositoryCommand({ repositoryName: "team/web" })),
    ).rejects.toMatchObject({ name: "RepositoryAlreadyExistsException" });
  });

  it("says all of it anew, so that what is left out is gone", async () => {
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "said" }));
    const of = { repositoryName: "said" };
    const before = await ecr.send(new GetRepositoryCatalogDataCommand(of));
    expect(before.catalogData).toEqual({ architectures: [], operatingSystems: [] });
    await ecr.send(new PutRepositoryCatalogDataCommand({ ...of, catalogData }));
    const description = "Only this";
    await ecr.send(new PutRepositoryCatalogDataCommand({ ...of, catalogData: { description } }));
    const told = await ecr.send(new GetRepositoryCatalogDataCommand(of));
    expect(told.catalogData).toEqual({ description, architectures: [], operatingSystems: [] });
  });

  it.each([
    ["is no picture", Buffer.from("<svg onload='alert(1)'/>")],
    ["is a picture that was cut", png(100, 100).subarray(0, -4)],
    ["is too small", png(59, 100)],
    ["is too wide", jpeg(2049, 100)],
    ["has too many bytes", Buffer.concat([png(100, 100), Buffer.alloc(512_001)])],
    ["has a length of nothing in a segment", Buffer.from("ffd8ffe00000ffd9", "hex")],
  ])("takes no logo that %s", async (_what, logoImageBlob) => {
    await expect(
      ecr.send(
        new PutRepositoryCatalogDataCommand({
          ...{ repositoryName: "team/web", catalogData: { logoImageBlob } },
        }),
      ),
    ).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining("at 'catalogData.logoImageBlob'"),
    });
  });

  it("takes a JPEG as a logo too", async () => {
    const data = { logoImageBlob: jpeg(640, 480) };
    const told = await ecr.send(
      new PutRepositoryCatalogDataCommand({ repositoryName: "said", catalogData: data }),
    );
    expect(told.catalogData?.logoUrl).toContain("/gallery-api/logo?");
  });

  it.each(["UPPER", "a", "a__b", "a--b", "a/", "x".repeat(206)])(
    "is not called %s",
    async (repositoryName) => {
      await expect(ecr.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject(
        { name: "InvalidParameterException" },
      );
    },
  );

  it("is listed with the others of the registry, page by page, and not with private ones", async () => {
    const privateEcr = new ECRClient(server.client());
    await privateEcr.send(new CreatePrivate({ repositoryName: "secret" }));
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1, nextToken }));
      names.push(...(page.repositories ?? []).map(({ repositoryName }) => repositoryName));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(names).toEqual(["said", "team/web"]);
    await expect(
      ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["secret"] })),
    ).rejects.toMatchObject({ name: "RepositoryNotFoundException" });
  });

  it("has resource tags of its own", async () => {
    const resourceArn = `arn:aws:ecr-public::${account}:repository/team/web`;
    await ecr.send(new TagResourceCommand({ resourceArn, tags: [{ Key: "a", Value: "b" }] }));
    await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ["team"] }));
    const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([{ Key: "a", Value: "b" }]);
    for (const key of ["", "k".repeat(129)]) {
      await expect(
        ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: [key] })),
      ).rejects.toMatchObject({ name: "InvalidTagParameterException" });
    }
    const ofPrivate = `arn:aws:ecr:us-east-1:${account}:repository/secret`;
    await expect(
      ecr.send(new ListTagsForResourceCommand({ resourceArn: ofPrivate })),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("has a policy about actions of ECR Public, and of nothing else", async () => {
    const of = { repositoryName: "team/web" };
    await expect(ecr.send(new GetRepositoryPolicyCommand(of))).rejects.toMatchObject({
      name: "RepositoryPolicyNotFoundException",
    });
    const Principal = { AWS: `arn:aws:iam::${otherAccount}:root` };
    const policyOf = (Action: string) =>
      policyText({ Effect: "Allow", Principal, Action } as TestStatement);
    const policyText1 = policyOf("ecr-public:PutImage");
    await ecr.send(new SetRepositoryPolicyCommand({ ...of, policyText: policyText1 }));
    const read = await ecr.send(new GetRepositoryPolicyCommand(of));
    expect(JSON.parse(read.policyText ?? "").Statement[0].Action).toBe("ecr-public:PutImage");
    for (const wrong of ["ecr:PutImage", "ecr-public:GetAuthorizationToken"]) {
      await expect(
        ecr.send(new SetRepositoryPolicyCommand({ ...of, policyText: policyOf(wrong) })),
      ).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    await ecr.send(new DeleteRepositoryPolicyCommand(of));
    await expect(ecr.send(new GetRepositoryPolicyCommand(of))).rejects.toThrow("does not exist");
  });
});

describe("images", () => {
  const of = { repositoryName: "pushed" };
  beforeAll(async () => {
    await ecr.send(new CreateRepositoryCommand(of));
  });

  it("are pushed layer by layer, described by digest and by tag, and deleted", async () => {
    const { image } = await pushImage(ecr, of, "one");
    expect(image).toMatchObject({ registryId: account, imageId: { imageTag: "v1" } });
    const imageDigest = image?.imageId?.imageDigest;
    const detail = {
      ...{ imageDigest, imageSizeInBytes: 17, imagePushedAt: expect.any(Date) },
      imageManifestMediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactMediaType: "application/vnd.oci.image.config.v1+json",
    };
    const { imageDetails } = await ecr.send(new DescribeImagesCommand(of));
    const repository = { registryId: account, repositoryName: "pushed" };
    expect(imageDetails).toEqual([{ ...repository, imageTags: ["v1"], ...detail }]);
    const tags = await ecr.send(new DescribeImageTagsCommand(of));
    expect(tags.imageTagDetails).toEqual([
      { imageTag: "v1", createdAt: expect.any(Date), imageDetail: detail },
    ]);
    await expect(
      ecr.send(new DescribeImagesCommand({ ...of, imageIds: [{ imageTag: "none" }] })),
    ).rejects.toMatchObject({ name: "ImageNotFoundException" });
    await expect(ecr.send(new DeleteRepositoryCommand(of))).rejects.toMatchObject({
      name: "RepositoryNotEmptyException",
    });
    const imageIds = [{ imageTag: "v1" }, { imageTag: "none" }];
    const deleted = await ecr.send(new BatchDeleteImageCommand({ ...of, imageIds }));
    expect(deleted.imageIds).toEqual([{ imageDigest, imageTag: "v1" }]);
    expect(deleted.failures).toMatchObject([{ failureCode: "ImageNotFound" }]);
  });

  it("go to another account's registry by its id and by its alias, where its policy lets them", async () => {
    const client = await clientOf(otherAccount, "pusher", allow("ecr-public:*"));
    const byId = { ...of, registryId: account };
    await expect(pushImage(client, byId, "other")).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    const Principal = { AWS: `arn:aws:iam::${otherAccount}:root` };
    const statement = { Effect: "Allow", Principal, Action: "ecr-public:*" } as TestStatement;
    await ecr.send(new SetRepositoryPolicyCommand({ ...of, policyText: policyText(statement) }));
    const { registries } = await ecr.send(new DescribeRegistriesCommand({}));
    const byAlias = { ...of, registryId: registries?.[0]?.aliases?.[0]?.name };
    await pushImage(client, byId, "other", "by-id");
    await pushImage(client, byAlias, "another", "by-alias");
    const { imageTagDetails } = await ecr.send(new DescribeImageTagsCommand(of));
    expect(imageTagDetails?.map(({ imageTag }) => imageTag)).toEqual(["by-alias", "by-id"]);
    for (const registryId of ["nobody0", "999999999999"]) {
      await expect(
        pushLayer(client, { ...of, registryId }, Buffer.from("x")),
      ).rejects.toMatchObject({ name: "RegistryNotFoundException" });
    }
  });

  it("share no layer with a private repository of the same account", async () => {
    const content = Buffer.from("a layer that lies in the private registry");
    const digest = sha256(content);
    const found = await ecr.send(
      new BatchCheckLayerAvailabilityCommand({ ...of, layerDigests: [digest, "no digest"] }),
    );
    expect(found.layers).toEqual([{ layerDigest: digest, layerAvailability: "UNAVAILABLE" }]);
    expect(found.failures).toMatchObject([{ failureCode: "InvalidLayerDigest" }]);
    await pushLayer(ecr, of, content);
    const then = await ecr.send(
      new BatchCheckLayerAvailabilityCommand({ ...of, layerDigests: [digest] }),
    );
    expect(then.layers).toMatchObject([{ layerAvailability: "AVAILABLE", layerSize: 41 }]);
  });

  it("go with their repository where that is forced", async () => {
    const { repository } = await ecr.send(new DeleteRepositoryCommand({ ...of, force: true }));
    expect(repository?.repositoryName).toBe("pushed");
    await expect(ecr.send(new DescribeImagesCommand(of))).rejects.toMatchObject({
      name: "RepositoryNotFoundException",
    });
  });
});

describe("a token", () => {
  it("takes two rights, and says AWS and a password", async () => {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const text = Buffer.from(authorizationData?.authorizationToken ?? "", "base64").toString();
    expect(text).toMatch(/^AWS:[\w-]+$/);
    expect(authorizationData?.expiresAt?.getTime()).toBeGreaterThan(server.ports.clock.now());
    const half = await clientOf(account, "half", allow("ecr-public:GetAuthorizationToken"));
    await expect(half.send(new GetAuthorizationTokenCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("sts:GetServiceBearerToken"),
    });
  });
});

it("every operation was asked for above, and answered", () => {
  const known = Object.keys(sdk).filter((name) => /^[A-Z]\w*Command$/.test(name));
  expect(known.filter((name) => !answered.has(name))).toEqual([]);
});

function allow(Action: string): TestStatement {
  return { Effect: "Allow", Action, Resource: "*" };
}

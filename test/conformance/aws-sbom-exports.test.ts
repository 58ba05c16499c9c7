/** Bills of materials of a registry's images, as AWS's own SDK has them exported. */
import { createDecipheriv } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CancelSbomExportCommand,
  CreateSbomExportCommand,
  type CreateSbomExportRequest,
  GetSbomExportCommand,
  Inspector2Client,
  ResourceNotFoundException,
  ValidationException,
} from "@aws-sdk/client-inspector2";
import {
  CreateKeyCommand,
  type CreateKeyRequest,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TrailDirectory } from "../../src/adapters/blobs/trail-directory.ts";
import { putRegistryScanningConfiguration } from "../../src/operations/ecr/put-registry-scanning-configuration.ts";
import type { TrailTarget } from "../../src/ports/trail-target.ts";
import { ExportSeal } from "../../src/registry/inspector/export-sealing.ts";
import { inspectorLimits } from "../../src/registry/inspector/inspector-limits.ts";
import { exportedName, type SbomExport } from "../../src/registry/inspector/sbom-export.ts";
import type { Digest, Region, RepositoryName } from "../../src/registry/names.ts";
import { sbomExportJob } from "../../src/workers/sbom-export-job.ts";
import { scanImageJob } from "../../src/workers/scan-image-job.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account, TestRegistry } from "../support/ecr.ts";
import { npmLayer, pushLayers, settleScans } from "../support/scanned-images.ts";
import { TestAdvisories } from "../support/scanner.ts";

const absentKey = `arn:aws:kms:us-east-1:${account}:key/01234567-89ab-4cde-8f01-23456789abcd`;
let kmsKeyArn: string;
let s3Destination: { bucketName: string; keyPrefix: string; kmsKeyArn: string };
const equals = (value: string) => [{ comparison: "EQUALS", value } as const];

let server: AwsServer;
let advisories: TestAdvisories;
let registry: TestRegistry;
let inspector: Inspector2Client;
let kms: KMSClient;
let directory: string;
/** What the worker writes to: to be put in the way of. */
let target: TrailTarget;
const digests: Record<string, string> = {};
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-sboms-"));
  target = new TrailDirectory(directory);
  server = await startAwsServer({ trailTargets: new Set(["sboms", "gone"]) });
  advisories = await TestAdvisories.open();
  Object.assign(server.ports, { vulnerabilities: advisories.database });
  registry = new TestRegistry(server.opened);
  await registry.ask(putRegistryScanningConfiguration, { scanType: "ENHANCED", rules: [] });
  for (const name of ["team/app", "team/web"]) await registry.createRepository(name);
  const both = [npmLayer("lodash@4.17.20"), npmLayer("minimist@1.2.5")];
  digests["app"] = await pushLayers(registry, "team/app", both);
  digests["web"] = await pushLayers(registry, "team/web", [npmLayer("lodash@4.17.20")], {
    ...{ imageTag: "prod", architecture: "arm64" },
  });
  await settleScans(server.opened, [scanImageJob]);
  inspector = new Inspector2Client(server.client());
  kms = new KMSClient(server.client());
  kmsKeyArn = await newKey();
  s3Destination = { bucketName: "sboms", keyPrefix: "weekly/all/", kmsKeyArn };
});
afterAll(async () => {
  await server.close();
  await advisories.close();
  await rm(directory, { recursive: true, force: true });
});

const newKey = async (more: CreateKeyRequest = {}) =>
  (await kms.send(new CreateKeyCommand(more))).KeyMetadata!.Arn!;

const create = async (changes: Partial<CreateSbomExportRequest> = {}): Promise<string> => {
  const wanted = { reportFormat: "CYCLONEDX_1_4", s3Destination, ...changes } as const;
  const { reportId = "" } = await inspector.send(new CreateSbomExportCommand(wanted));
  return reportId;
};
const get = (reportId: string) => inspector.send(new GetSbomExportCommand({ reportId }));
const cancel = (reportId: string) => inspector.send(new CancelSbomExportCommand({ reportId }));
const work = () =>
  settleScans(server.opened, [sbomExportJob(new Map([["sboms", target]]), "1.2.3")]);
const filesOf = async (reportId: string) => {
  const names: string[] = [];
  const files = new TrailDirectory(directory);
  for await (const name of files.list()) {
    if (name.includes(reportId) && !name.endsWith(".instruction")) names.push(name);
  }
  return names.toSorted();
};
const fileAt = async (name: string) =>
  Buffer.from((await new TrailDirectory(directory).read(name))!.content);
/** As a client of AWS opens it: KMS gives the data key, for the context that the instruction file tells. */
const document = async (name: string) => {
  const sealed = await fileAt(name);
  expect(sealed.toString("latin1")).not.toMatch(/lodash|bomFormat|spdxVersion/);
  const told = JSON.parse((await fileAt(`${name}.instruction`)).toString()) as Record<
    string,
    string
  >;
  const { Plaintext, KeyId } = await kms.send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(told["x-amz-key-v2"]!, "base64"),
      EncryptionContext: JSON.parse(told["x-amz-matdesc"]!) as Record<string, string>,
    }),
  );
  expect(KeyId).toBe(kmsKeyArn);
  const nonce = Buffer.from(told["x-amz-iv"]!, "base64");
  const decipher = createDecipheriv("aes-256-gcm", Plaintext!, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  expect(told["x-amz-unencrypted-content-length"]).toBe(String(plain.length));
  return JSON.parse(plain.toString()) as Record<string, unknown>;
};
/** So that an export keeps how far it is after each image. */
const stepByStep = async (act: () => Promise<void>) => {
  const { exportedPerStep } = inspectorLimits;
  Object.assign(inspectorLimits, { exportedPerStep: 1 });
  try {
    await act();
  } finally {
    Object.assign(inspectorLimits, { exportedPerStep });
  }
};

describe("SBOM exports", () => {
  it("write a file for each image, named as Inspector names it", async () => {
    const reportId = await create();
    const asked = { reportId, format: "CYCLONEDX_1_4", filterCriteria: {} };
    const where = { ...s3Destination, keyPrefix: "weekly/all" };
    const told = { ...asked, s3Destination: where };
    expect(await get(reportId)).toMatchObject({ ...told, status: "IN_PROGRESS" });
    await work();
    expect(await get(reportId)).toMatchObject({ ...told, status: "SUCCEEDED" });
    const resource = `account=${account}/resource=AWS_ECR_CONTAINER_IMAGE`;
    const at = `weekly/all/CYCLONEDX_1_4_outputs_${reportId}/${resource}`;
    const image = (name: string, digest: string | undefined) =>
      `${at}/arn:aws:ecr:us-east-1:${account}:repository_${name}_${digest}_CYCLONEDX_1_4.json`;
    const [app, web] = [image("team/app", digests["app"]), image("team/web", digests["web"])];
    expect(await filesOf(reportId)).toEqual([app, web]);
    const written = await document(app);
    expect(written).toMatchObject({
      ...{ bomFormat: "CycloneDX", specVersion: "1.4" },
      metadata: {
        tools: [{ name: "entrepot", version: "1.2.3" }],
        component: { type: "container", version: digests["app"] },
      },
    });
    expect(written["metadata"]).not.toHaveProperty("lifecycles");
    const purls = (written["components"] as { purl: string }[]).map(({ purl }) => purl);
    expect(purls).toEqual(["pkg:npm/lodash@4.17.20", "pkg:npm/minimist@1.2.5"]);
  });

  it("write the images that are meant, in SPDX too", async () => {
    const cases = [
      [{ ecrRepositoryName: equals("team/web") }, ["web"]],
      [{ ecrRepositoryName: [{ comparison: "NOT_EQUALS", value: "team/web" }] }, ["app"]],
      [{ ecrImageTags: equals("prod") }, ["web"]],
      [{ resourceType: equals("AWS_ECR_CONTAINER_IMAGE") }, ["app", "web"]],
      [
        {
          accountId: equals(account),
          resourceId: equals(
            `arn:aws:ecr:us-east-1:${account}:repository/team/app/${digests["app"]}`,
          ),
        },
        ["app"],
      ],
    ] as const;
    for (const [resourceFilterCriteria, wanted] of cases) {
      const reportId = await create({
        reportFormat: "SPDX_2_3",
        resourceFilterCriteria: resourceFilterCriteria as never,
      });
      await work();
      const { status, filterCriteria } = await get(reportId);
      expect([status, filterCriteria]).toEqual(["SUCCEEDED", resourceFilterCriteria]);
      const names = await filesOf(reportId);
      expect(names.map((name) => /repository_team\/([a-z]+)_/.exec(name)?.[1])).toEqual(wanted);
      expect(await document(names[0]!)).toMatchObject({ spdxVersion: "SPDX-2.3" });
    }
    const none = await create({ resourceFilterCriteria: { ecrImageTags: equals("never") } });
    await work();
    expect(await get(none)).toMatchObject({ status: "FAILED", errorCode: "NO_FINDINGS_FOUND" });
  });

  it("are made one at a time, and are cancelled", async () => {
    const reportId = await create();
    await expect(create()).rejects.toBeInstanceOf(ValidationException);
    expect(await cancel(reportId)).toMatchObject({ reportId });
    await expect(cancel(reportId)).rejects.toBeInstanceOf(ValidationException);
    await work();
    expect(await filesOf(reportId)).toEqual([]);
    expect(await get(reportId)).toMatchObject({ status: "CANCELLED" });
    // While it is written, too: what was written stays.
    const files = target;
    const second = await create();
    target = Object.assign(Object.create(files) as TrailTarget, {
      async write(name: string, content: Uint8Array) {
        await files.write(name, content);
        if (!name.endsWith(".instruction")) await cancel(second);
      },
    });
    await stepByStep(work);
    target = files;
    expect(await filesOf(second)).toHaveLength(1);
    expect(await get(second)).toMatchObject({ status: "CANCELLED" });
  });

  it("go on where they stood when the place fails, and tell when it may not be written to", async () => {
    const files = target;
    const names: string[] = [];
    let failures = 0;
    target = Object.assign(Object.create(files) as TrailTarget, {
      async write(name: string, content: Uint8Array) {
        if (names.length === 2 && failures++ === 0) throw new Error("slow down");
        names.push(name);
        await files.write(name, content);
      },
    });
    const reportId = await create();
    await stepByStep(async () => {
      await work();
      expect(await get(reportId)).toMatchObject({ status: "IN_PROGRESS" });
      registry.clock.advance(60_000);
      await work();
    });
    expect(await get(reportId)).toMatchObject({ status: "SUCCEEDED" });
    expect(new Set(names).size).toBe(names.length);
    expect(await filesOf(reportId)).toHaveLength(2);

    target = Object.assign(Object.create(files) as TrailTarget, {
      write: () => Promise.reject(Object.assign(new Error("no"), { code: "EACCES" })),
    });
    const refused = await create();
    await work();
    target = files;
    expect(await get(refused)).toMatchObject({
      ...{ status: "FAILED", errorCode: "INVALID_PERMISSIONS" },
    });
    const gone = await create({ s3Destination: { bucketName: "gone", kmsKeyArn } });
    await work();
    expect(await get(gone)).toMatchObject({ status: "FAILED", errorCode: "BUCKET_NOT_FOUND" });
  });

  it("are sealed below a key that the caller may use, or are not made", async () => {
    const to = (key: string) => create({ s3Destination: { ...s3Destination, kmsKeyArn: key } });
    await expect(to(absentKey)).rejects.toMatchObject({
      ...{ name: "ValidationException", message: expect.stringContaining("does not exist") },
    });
    await expect(to(kmsKeyArn.replace("us-east-1", "eu-west-1"))).rejects.toMatchObject({
      ...{ name: "ValidationException", message: expect.stringContaining("not of the region") },
    });
    const Statement = [
      { Effect: "Allow", Principal: { AWS: account }, Action: "kms:*", Resource: "*" },
      { Effect: "Deny", Principal: "*", Action: "kms:GenerateDataKey", Resource: "*" },
    ];
    const denied = await newKey({ Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    await expect(to(denied)).rejects.toMatchObject({
      ...{ name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } },
    });
    await kms.send(new DisableKeyCommand({ KeyId: kmsKeyArn }));
    await expect(create()).rejects.toMatchObject({
      ...{ name: "ValidationException", message: expect.stringContaining("is disabled") },
    });
    await kms.send(new EnableKeyCommand({ KeyId: kmsKeyArn }));
    const begun = await create();
    await kms.send(new DisableKeyCommand({ KeyId: kmsKeyArn }));
    await work();
    await kms.send(new EnableKeyCommand({ KeyId: kmsKeyArn }));
    expect(await get(begun)).toMatchObject({
      ...{ status: "FAILED", errorCode: "MALFORMED_KMS_KEY" },
      errorMessage: expect.stringContaining(kmsKeyArn),
    });
    expect(await filesOf(begun)).toEqual([]);
  });

  it("write the same bytes again for the same content, and others for other content", async () => {
    const seal = new ExportSeal(Buffer.alloc(32, 1), "", {});
    const sealed = (name: string, text: string) =>
      Buffer.from(seal.seal(name, Buffer.from(text)).content).toString("hex");
    expect(sealed("a", "one")).toBe(sealed("a", "one"));
    const others = [sealed("a", "one"), sealed("a", "two"), sealed("b", "one")];
    expect(new Set(others.map((each) => each.slice(0, 6))).size).toBe(3);
  });

  it("are refused where they can not be", async () => {
    const to = (change: object) => create({ s3Destination: { ...s3Destination, ...change } });
    await expect(to({ bucketName: "other" })).rejects.toMatchObject({
      ...{ name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } },
      message: expect.stringContaining("ENTREPOT_TRAIL_TARGETS"),
    });
    await expect(to({ keyPrefix: "../up" })).rejects.toBeInstanceOf(ValidationException);
    await expect(to({ kmsKeyArn: "alias/x" })).rejects.toBeInstanceOf(ValidationException);
    await expect(create({ reportFormat: "SPDX_3_0" as never })).rejects.toMatchObject({
      ...{ name: "ValidationException", reason: "FIELD_VALIDATION_FAILED" },
    });
    const ofOthers = { lambdaFunctionName: equals("f") };
    await expect(create({ resourceFilterCriteria: ofOthers })).rejects.toMatchObject({
      message: expect.stringContaining("Only criteria about container images are supported"),
    });
    const absent = "00000000-0000-4000-8000-000000000000";
    await expect(get(absent)).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(cancel(absent)).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(get("x")).rejects.toBeInstanceOf(ValidationException);
    const elsewhere = new Inspector2Client({ ...server.client(), region: "eu-west-1" });
    const reportId = await create();
    const theirs = new GetSbomExportCommand({ reportId });
    await expect(elsewhere.send(theirs)).rejects.toBeInstanceOf(ResourceNotFoundException);
    await cancel(reportId);
  });
});

it("names what no disk takes by a hash, and others by their repository", async () => {
  const named = (name: string) => {
    const of = {
      ...{ id: "i", format: "SPDX_2_3", registry: { account, region: "us-east-1" as Region } },
      destination: { bucket: "b", prefix: "", kmsKeyArn: absentKey },
    } as unknown as SbomExport;
    return exportedName(of, name as RepositoryName, `sha256:${"a".repeat(64)}` as Digest);
  };
  const long = ["a", "b"].map((last) => named(`${"x".repeat(200)}${last}`));
  const middling = named("x".repeat(90));
  expect(new Set(long).size).toBe(2);
  for (const name of [...long, middling, named("a/b")]) {
    expect(Math.max(...name.split("/").map((part) => part.length))).toBeLessThan(256);
    await new TrailDirectory(join(directory, "names")).write(
      `${name}.instruction`,
      Buffer.from("{}"),
    );
  }
  expect(named("a/b")).toContain("repository_a/b_sha256:aaa");
});

/** Findings as AWS's own SDK asks for them. */
import * as sdk from "@aws-sdk/client-inspector2";
import { Inspector2Client, ListFindingsCommand } from "@aws-sdk/client-inspector2";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeImageScanFindings } from "../../src/operations/ecr/describe-image-scan-findings.ts";
import { putRegistryScanningConfiguration } from "../../src/operations/ecr/put-registry-scanning-configuration.ts";
import { operations } from "../../src/operations/index.ts";
import type { FindingCriteria } from "../../src/registry/inspector/finding-criteria.ts";
import { type WalkStep, walkFindings } from "../../src/registry/inspector/walk-findings.ts";
import type { Digest, Region, RepositoryName } from "../../src/registry/names.ts";
import { weighedFindings } from "../../src/registry/scanning/weighed-finding.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import { type AwsServer, rootKey, startAwsServer } from "../support/aws-server.ts";
import { account, TestRegistry } from "../support/ecr.ts";
import { keyOf, putUser } from "../support/identity.ts";
import { npmAdvisory, npmLayer, pushLayers, settleScans } from "../support/scanned-images.ts";
import { TestAdvisories } from "../support/scanner.ts";

const ofLodash = npmAdvisory("GHSA-aaaa-aaaa-aaaa", "lodash", "4.17.21", {
  aliases: ["CVE-2021-23337"],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
});
const ofMinimist = npmAdvisory("GHSA-bbbb-bbbb-bbbb", "minimist", "1.2.6", {
  aliases: ["CVE-2021-44906"],
  database_specific: { severity: "MEDIUM" },
});

let server: AwsServer;
let advisories: TestAdvisories;
let registry: TestRegistry;
let inspector: Inspector2Client;
const digests: Record<string, string> = {};
beforeAll(async () => {
  server = await startAwsServer();
  advisories = await TestAdvisories.open();
  await advisories.import(ofLodash, ofMinimist);
  Object.assign(server.ports, { vulnerabilities: advisories.database });
  registry = new TestRegistry(server.opened);
  await registry.ask(putRegistryScanningConfiguration, { scanType: "ENHANCED", rules: [] });
  for (const name of ["team/app", "team/web"]) await registry.createRepository(name);
  const both = [npmLayer("lodash@4.17.20"), npmLayer("minimist@1.2.5")];
  digests["app"] = await pushLayers(registry, "team/app", both);
  digests["web"] = await pushLayers(registry, "team/web", [npmLayer("lodash@4.17.20")], {
    ...{ imageTag: "prod", architecture: "arm64" },
  });
  await settleScans(server.opened);
  inspector = new Inspector2Client(server.client());
});
afterAll(async () => {
  await server.close();
  await advisories.close();
});

const list = async (input: sdk.ListFindingsRequest = {}) => {
  const { findings = [] } = await inspector.send(new ListFindingsCommand(input));
  return findings.map(({ title, resources }) => {
    const image = resources?.[0]?.details?.awsEcrContainerImage;
    return `${image?.repositoryName} ${title}`;
  });
};
const equals = (value: string) => [{ comparison: "EQUALS", value } as const];

it("are of operations that the SDK knows by these names", () => {
  for (const { operationName } of operations.filter(({ service }) => service === "inspector2")) {
    expect(sdk).toHaveProperty(`${operationName}Command`);
  }
});

describe("ListFindings", () => {
  it("tells what scans found as Inspector does", async () => {
    const criteria = { ecrImageRepositoryName: equals("team/web") };
    const asked = new ListFindingsCommand({ filterCriteria: criteria });
    const { findings } = await inspector.send(asked);
    const arn = `arn:aws:ecr:us-east-1:${account}:repository/team/web/${digests["web"]}`;
    expect(findings).toEqual([
      expect.objectContaining({
        findingArn: expect.stringMatching(
          new RegExp(`^arn:aws:inspector2:us-east-1:${account}:finding/[0-9a-f]{32}$`),
        ),
        awsAccountId: account,
        type: "PACKAGE_VULNERABILITY",
        title: "CVE-2021-23337 - lodash",
        severity: "CRITICAL",
        status: "ACTIVE",
        firstObservedAt: new Date(server.opened.clock.now()),
        inspectorScore: 9.8,
        inspectorScoreDetails: {
          adjustedCvss: expect.objectContaining({ version: "3.1", score: 9.8 }),
        },
        fixAvailable: "YES",
        exploitAvailable: "NO",
        remediation: { recommendation: { text: "Update lodash to version 4.17.21." } },
        resources: [
          expect.objectContaining({
            ...{ id: arn, type: "AWS_ECR_CONTAINER_IMAGE", region: "us-east-1" },
            details: {
              awsEcrContainerImage: expect.objectContaining({
                ...{ architecture: "arm64", imageTags: ["prod"], imageHash: digests["web"] },
                ...{ registry: account, platform: "linux", inUseCount: 0 },
              }),
            },
          }),
        ],
      }),
    ]);
  });

  it("narrows by every criterion that images have", async () => {
    const web = "team/web CVE-2021-23337 - lodash";
    const app = "team/app CVE-2021-23337 - lodash";
    const minimist = "team/app CVE-2021-44906 - minimist";
    const all = [app, minimist, web];
    const cases: [sdk.FilterCriteria, string[]][] = [
      [{}, all],
      [{ ecrImageTags: equals("prod") }, [web]],
      [{ ecrImageHash: equals(digests["app"] ?? "") }, [app, minimist]],
      [{ ecrImageArchitecture: [{ comparison: "NOT_EQUALS", value: "arm64" }] }, [app, minimist]],
      [{ severity: equals("CRITICAL") }, [app, web]],
      [{ severity: [...equals("CRITICAL"), ...equals("MEDIUM")] }, all],
      [{ vulnerabilityId: [{ comparison: "PREFIX", value: "CVE-2021-4" }] }, [minimist]],
      [{ relatedVulnerabilities: equals("GHSA-bbbb-bbbb-bbbb") }, [minimist]],
      [{ vulnerablePackages: [{ name: equals("lodash")[0] }] }, [app, web]],
      [{ inspectorScore: [{ lowerInclusive: 9 }] }, [app, web]],
      [{ ecrImagePushedAt: [{ endInclusive: new Date(0) }] }, []],
      [{ findingStatus: equals("CLOSED") }, []],
      [{ awsAccountId: equals("111111111111") }, []],
      [{ title: [{ comparison: "NOT_EQUALS", value: "CVE-2021-23337 - lodash" }] }, [minimist]],
      [{ fixAvailable: equals("NO") }, []],
      [{ ecrImageInUseCount: [{ upperInclusive: 0 }] }, all],
    ];
    for (const [filterCriteria, wanted] of cases) {
      expect((await list({ filterCriteria })).toSorted(), JSON.stringify(filterCriteria)).toEqual(
        wanted.toSorted(),
      );
    }
    await expect(list({ filterCriteria: { portRange: [{}] } })).rejects.toMatchObject({
      ...{ name: "ValidationException", reason: "FIELD_VALIDATION_FAILED" },
      message: expect.stringContaining("Only criteria about container images are supported"),
    });
  });

  it("opens only what may hold what is asked for", async () => {
    const openedFor = async (criteria: FindingCriteria) => {
      const steps: WalkStep[] = [];
      const named = { account, region: "us-east-1" as Region };
      for await (const step of walkFindings(server.ports, named, criteria)) steps.push(step);
      expect(steps).toHaveLength(2);
      return steps.filter(({ isOpened }) => isOpened).length;
    };
    const minimist = { name: equals("minimist")[0]! };
    const other = { name: { comparison: "NOT_EQUALS", value: "lodash" } as const };
    expect(await openedFor({})).toBe(2);
    expect(await openedFor({ vulnerabilityId: equals("CVE-2021-44906") })).toBe(1);
    expect(await openedFor({ vulnerabilityId: equals("CVE-2021-1") })).toBe(0);
    expect(await openedFor({ relatedVulnerabilities: equals("GHSA-bbbb-bbbb-bbbb") })).toBe(1);
    expect(await openedFor({ vulnerablePackages: [minimist] })).toBe(1);
    expect(await openedFor({ vulnerablePackages: [minimist, other] })).toBe(2);
    expect(await openedFor({ ecrImageTags: equals("prod") })).toBe(1);
    const active = { findingStatus: equals("ACTIVE") };
    expect(await openedFor({ ...active, severity: equals("MEDIUM") })).toBe(1);
    expect(await openedFor({ ...active, severity: equals("LOW") })).toBe(0);
  });

  it("goes on page by page, in the order of keys or in one that is asked for", async () => {
    const orders = [
      undefined,
      { field: "SEVERITY", sortOrder: "DESC" },
      { field: "ECR_IMAGE_REPOSITORY_NAME", sortOrder: "ASC" },
    ] as const;
    for (const sortCriteria of orders) {
      const seen: string[] = [];
      let nextToken: string | undefined;
      do {
        const input = { maxResults: 1, sortCriteria, nextToken };
        const page = await inspector.send(new ListFindingsCommand(input));
        expect(page.findings?.length).toBe(1);
        seen.push(`${page.findings?.[0]?.severity} ${page.findings?.[0]?.findingArn}`);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(new Set(seen).size).toBe(3);
      if (sortCriteria?.field !== "SEVERITY") continue;
      expect(seen.map((each) => each.split(" ")[0])).toEqual(["CRITICAL", "CRITICAL", "MEDIUM"]);
    }
    const { nextToken } = await inspector.send(new ListFindingsCommand({ maxResults: 1 }));
    const other = { severity: equals("LOW") };
    await expect(list({ filterCriteria: other, nextToken })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  it("is of one account and region, and of whoever may", async () => {
    const nobody = await putUser(server.ports, { account, name: "nobody" });
    const { accessKeyId, secretAccessKey } = await keyOf(server.ports, nobody);
    const theirs = new Inspector2Client(server.client({ accessKeyId, secretAccessKey }));
    await expect(theirs.send(new ListFindingsCommand({}))).rejects.toMatchObject({
      ...{ name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } },
      message: expect.stringContaining("inspector2:ListFindings"),
    });
    expect((await client("eu-west-1").send(new ListFindingsCommand({}))).findings).toEqual([]);
  });
});

const client = (region: string) => new Inspector2Client({ ...server.client(), region });

describe("Filters", () => {
  const statuses = async (input: sdk.FilterCriteria = {}) => {
    const asked = new ListFindingsCommand({ filterCriteria: input });
    const { findings = [] } = await inspector.send(asked);
    return findings.map(({ title, status }) => `${title} ${status}`).toSorted();
  };
  const suppression: sdk.CreateFilterRequest = {
    ...{ name: "not reachable", action: "SUPPRESS" as const, reason: "never parses arguments" },
    filterCriteria: { vulnerablePackages: [{ name: equals("minimist")[0] }] },
  };

  it("suppress what they mean, as long as they are there", async () => {
    const none = ["CVE-2021-23337 - lodash ACTIVE", "CVE-2021-23337 - lodash ACTIVE"];
    const active = [...none, "CVE-2021-44906 - minimist ACTIVE"];
    expect(await statuses()).toEqual(active);
    const { arn = "" } = await inspector.send(new sdk.CreateFilterCommand(suppression));
    const suppressed = [...none, "CVE-2021-44906 - minimist SUPPRESSED"];
    expect(await statuses()).toEqual(suppressed);
    expect(await statuses({ findingStatus: equals("SUPPRESSED") })).toEqual(suppressed.slice(2));
    const { imageScanFindings } = await registry.ask(describeImageScanFindings, {
      ...{ repositoryName: "team/app", imageId: { imageTag: "v1" } },
    });
    expect(
      imageScanFindings?.enhancedFindings?.map((each) => `${each.title} ${each.status}`),
    ).toEqual(["CVE-2021-23337 - lodash ACTIVE", "CVE-2021-44906 - minimist SUPPRESSED"]);
    const { finding, suppression: why } = await weighed();
    expect([finding, why]).toEqual([
      "CVE-2021-44906",
      { kind: "FILTER", id: arn, reason: "never parses arguments" },
    ]);
    await inspector.send(new sdk.UpdateFilterCommand({ filterArn: arn, action: "NONE" }));
    expect(await statuses()).toEqual(active);
    const filterCriteria = { ecrImageTags: equals("prod") };
    const changed = { filterArn: arn, action: "SUPPRESS", filterCriteria } as const;
    await inspector.send(new sdk.UpdateFilterCommand(changed));
    expect((await statuses()).filter((each) => each.endsWith("SUPPRESSED"))).toEqual([
      "CVE-2021-23337 - lodash SUPPRESSED",
    ]);
    expect(await client("eu-west-1").send(new sdk.ListFiltersCommand({}))).toMatchObject({
      filters: [],
    });
    const deleted = new sdk.DeleteFilterCommand({ arn });
    await expect(client("eu-west-1").send(deleted)).rejects.toBeInstanceOf(
      sdk.ResourceNotFoundException,
    );
    await inspector.send(deleted);
    expect(await statuses()).toEqual(active);
    await expect(inspector.send(deleted)).rejects.toMatchObject({
      ...{ name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } },
    });
  });

  async function weighed() {
    const named = { account, region: "us-east-1" as Region };
    const { metadata } = server.ports;
    const repository = await metadata.repositories.find(named, "team/app" as RepositoryName);
    const image = await metadata.images.find(repository!, digests["app"] as Digest);
    const all = await weighedFindings(server.ports, repository!, image!, "ENHANCED");
    const [first] = all.filter((each) => each.suppression !== undefined);
    return { finding: first?.vulnerabilityId, suppression: first?.suppression };
  }

  it("have names of their own, tags, and are listed as they were made", async () => {
    const criteria = {
      ...{ severity: equals("LOW"), epssScore: [{ upperInclusive: 0.01 }] },
      updatedAt: [{ startInclusive: new Date(1000) }],
    };
    const wanted = { name: "small", action: "NONE", filterCriteria: criteria } as const;
    const tags = { team: "a/b c" };
    const { arn = "" } = await inspector.send(new sdk.CreateFilterCommand({ ...wanted, tags }));
    await expect(inspector.send(new sdk.CreateFilterCommand(wanted))).rejects.toBeInstanceOf(
      sdk.BadRequestException,
    );
    const at = new Date(server.opened.clock.now());
    const { filters } = await inspector.send(new sdk.ListFiltersCommand({ arns: [arn] }));
    expect(filters).toEqual([
      {
        ...{ arn, ownerId: account, name: "small", action: "NONE", criteria, tags },
        ...{ createdAt: at, updatedAt: at },
      },
    ]);
    const added = { resourceArn: arn, tags: { "cost center": "é" } };
    await inspector.send(new sdk.TagResourceCommand(added));
    const listed = () => inspector.send(new sdk.ListTagsForResourceCommand({ resourceArn: arn }));
    expect((await listed()).tags).toEqual({ ...tags, ...added.tags });
    const tagKeys = ["team", "cost center"];
    await inspector.send(new sdk.UntagResourceCommand({ resourceArn: arn, tagKeys }));
    expect((await listed()).tags).toEqual({});
    await inspector.send(new sdk.DeleteFilterCommand({ arn }));
  });
});

describe("What is asked of all findings", () => {
  it("is counted by image, repository, layer, package, vulnerability and account", async () => {
    const count = async (input: sdk.ListFindingAggregationsRequest) => {
      const { responses = [] } = await inspector.send(
        new sdk.ListFindingAggregationsCommand(input),
      );
      return responses.map((each) => Object.values(each)[0] as Record<string, unknown>);
    };
    expect(await count({ aggregationType: "ACCOUNT" })).toEqual([
      {
        ...{ accountId: account, exploitAvailableCount: 0, fixAvailableCount: 3 },
        severityCounts: { all: 3, critical: 2, high: 0, medium: 1 },
      },
    ]);
    expect(await count({ aggregationType: "REPOSITORY" })).toMatchObject([
      { repository: "team/app", affectedImages: 1, severityCounts: { all: 2 } },
      { repository: "team/web", affectedImages: 1, severityCounts: { all: 1 } },
    ]);
    const byPackage = { sortBy: "CRITICAL", sortOrder: "ASC" } as const;
    const packages = await count({
      aggregationType: "PACKAGE",
      aggregationRequest: { packageAggregation: byPackage },
    });
    expect(packages.map(({ packageName }) => packageName)).toEqual(["minimist", "lodash"]);
    expect(
      await count({
        aggregationType: "TITLE",
        aggregationRequest: {
          titleAggregation: { vulnerabilityIds: equals("CVE-2021-44906") },
        },
      }),
    ).toMatchObject([{ title: "CVE-2021-44906 - minimist", severityCounts: { medium: 1 } }]);
    expect(await count({ aggregationType: "IMAGE_LAYER" })).toHaveLength(3);
    expect(
      await count({
        aggregationType: "AWS_ECR_CONTAINER",
        aggregationRequest: { awsEcrContainerAggregation: { architectures: equals("arm64") } },
      }),
    ).toMatchObject([{ imageSha: digests["web"], imageTags: ["prod"], repository: "team/web" }]);
    const first = { aggregationType: "PACKAGE", maxResults: 1 } as const;
    const page = await inspector.send(new sdk.ListFindingAggregationsCommand(first));
    const { nextToken } = page;
    expect(await count({ ...first, nextToken })).toMatchObject([{ packageName: "minimist" }]);
    const mixed = { aggregationType: "TITLE", aggregationRequest: { packageAggregation: {} } };
    await expect(count(mixed as sdk.ListFindingAggregationsRequest)).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  it("is found again by ARN", async () => {
    const { findings = [] } = await inspector.send(new ListFindingsCommand({}));
    const arns = findings.map(({ findingArn = "" }) => findingArn);
    const gone = `${arns[0]?.slice(0, -4)}0000`;
    const asked = new sdk.BatchGetFindingDetailsCommand({ findingArns: [...arns, gone] });
    const { findingDetails, errors } = await inspector.send(asked);
    expect(findingDetails?.map(({ findingArn }) => findingArn).toSorted()).toEqual(arns.toSorted());
    expect(errors).toMatchObject([{ findingArn: gone, errorCode: "FINDING_DETAILS_NOT_FOUND" }]);
    const one = { filterCriteria: { findingArn: equals(arns[1] ?? "") } };
    expect((await inspector.send(new ListFindingsCommand(one))).findings).toHaveLength(1);
  });

  it("is told beside what is scanned at all", async () => {
    const { coveredResources = [] } = await inspector.send(new sdk.ListCoverageCommand({}));
    expect(
      coveredResources.map(({ resourceType, scanStatus, resourceMetadata }) => [
        ...[resourceType, resourceMetadata?.ecrRepository?.name, scanStatus?.reason],
        resourceMetadata?.ecrImage?.tags,
      ]),
    ).toEqual([
      ["AWS_ECR_REPOSITORY", "team/app", "SUCCESSFUL", undefined],
      ["AWS_ECR_CONTAINER_IMAGE", "team/app", "SUCCESSFUL", ["v1"]],
      ["AWS_ECR_REPOSITORY", "team/web", "SUCCESSFUL", undefined],
      ["AWS_ECR_CONTAINER_IMAGE", "team/web", "SUCCESSFUL", ["prod"]],
    ]);
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const asked = new sdk.ListCoverageCommand({ maxResults: 1, nextToken });
      const page = await inspector.send(asked);
      seen.push(...(page.coveredResources ?? []).map(({ resourceId }) => resourceId));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(coveredResources.map(({ resourceId }) => resourceId));
    const groups = new sdk.ListCoverageStatisticsCommand({
      ...{
        groupBy: "RESOURCE_TYPE",
        filterCriteria: { scanStatusCode: equals("ACTIVE") as never },
      },
    });
    expect(await inspector.send(groups)).toMatchObject({
      totalCounts: 4,
      countsByGroup: [
        { groupKey: "AWS_ECR_CONTAINER_IMAGE", count: 2 },
        { groupKey: "AWS_ECR_REPOSITORY", count: 2 },
      ],
    });
  });
});

describe("REST-JSON", () => {
  async function ask(method: string, path: string, body: string, headers = {}) {
    const { host } = new URL(server.origin);
    const request = new HttpRequest({ method, path, headers: { host, ...headers }, body });
    const signing = { service: "inspector2", region: "us-east-1", credentials: rootKey };
    const signed = await new SignatureV4({ ...signing, sha256: Sha256 }).sign(request);
    const sent = { method, headers: signed.headers, ...(method !== "GET" && { body }) };
    const answer = await fetch(server.origin + path, sent);
    const name = answer.headers.get("x-amzn-errortype");
    return { status: answer.status, name, body: await answer.text() };
  }

  it("refuses what is no call of it as AWS does", async () => {
    const unknown = { status: 404, name: "UnknownOperationException" };
    expect(await ask("POST", "/findings/lists", "{}")).toMatchObject(unknown);
    expect(await ask("GET", "/findings/list", "")).toMatchObject(unknown);
    expect(await ask("POST", "/findings/list/", "{}")).toMatchObject(unknown);
    for (const broken of ["{", "[]", '"text"']) {
      expect(await ask("POST", "/findings/list", broken)).toEqual({
        ...{ status: 400, name: "SerializationException" },
        body: '{"message":"The request is not a JSON object"}',
      });
    }
    expect(await ask("POST", "/findings/list", '{"maxResults":"many"}')).toMatchObject({
      ...{ status: 400, name: "ValidationException" },
      body: expect.stringContaining("at 'maxResults' failed to satisfy constraint"),
    });
    expect(await ask("POST", "/findings/list", "")).toMatchObject({ status: 200 });
  });

  it("leaves to others what nobody signed and no operation is at", async () => {
    const answer = await fetch(`${server.origin}/favicon.ico`);
    expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([404, null]);
    const unsigned = await fetch(`${server.origin}/findings/list`, { method: "POST", body: "{}" });
    expect(unsigned.status).toBe(403);
    expect(unsigned.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
    expect(unsigned.headers.get("content-type")).toBe("application/json");
  });
});

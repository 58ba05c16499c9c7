/** CloudWatch as its SDK asks it (AWS JSON 1.0), and as older tools do (AWS Query). */
import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
} from "@aws-sdk/client-cloudwatch";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import type { CountedRepository } from "../../src/registry/usage/request-subject.ts";
import { noLevels, wholeRegistry } from "../../src/registry/usage/usage.ts";
import { type AwsServer, rootKey, startAwsServer } from "../support/aws-server.ts";
import { TestRegistry } from "../support/ecr.ts";

const registry = { account: "000000000000", region: "us-east-1" } as never;
const minute = 60_000;
const hour = 60 * minute;
let server: AwsServer;
let repository: CountedRepository;
let cloudwatch: CloudWatchClient;
/** The begin of an even hour some hours ago. */
let start: number;

beforeEach(async () => {
  server = await startAwsServer();
  const { opened } = server;
  start = Math.floor(opened.clock.now() / (2 * hour)) * 2 * hour - 4 * hour;
  cloudwatch = new CloudWatchClient(server.client());
  const ecr = new TestRegistry(opened);
  for (const repositoryName of ["team/app", "team/other"]) {
    await ecr.ask(createRepository, { repositoryName });
  }
  repository = (await opened.ports.metadata.repositories.find(registry, "team/app" as never))!;
  const { memory, metadata } = opened.ports;
  for (const at of [0, 0, 0, minute, 61 * minute]) memory.usage.pulled(repository, start + at);
  memory.usage.called(registry, "PutImage", start + minute);
  memory.usage.called(registry, "PutImage", start + 2 * minute);
  await memory.usage.flush(metadata);
  await metadata.transaction(({ usage }) =>
    usage.levels.see([
      { registry, repository: wholeRegistry, at: start, levels: { ...noLevels, repositories: 2 } },
      {
        registry,
        repository: repository.id,
        at: start,
        levels: { ...noLevels, images: 3, sizeBytes: 70 },
      },
      {
        registry,
        repository: repository.id,
        at: start + hour,
        levels: { ...noLevels, images: 5, sizeBytes: 90 },
      },
    ]),
  );
});
afterEach(() => server.close());

const pulls = {
  ...{ Namespace: "AWS/ECR", MetricName: "RepositoryPullCount" },
  Dimensions: [{ Name: "RepositoryName", Value: "team/app" }],
};
const between = () => ({ StartTime: new Date(start), EndTime: new Date(start + 2 * hour) });

describe("CloudWatch", () => {
  it("lists the metrics of the registry and of each repository, narrowed by any part", async () => {
    const { Metrics = [] } = await cloudwatch.send(new ListMetricsCommand({}));
    expect(Metrics).toHaveLength(8 + 6 + 2 * 5);
    const narrowed = await cloudwatch.send(new ListMetricsCommand({ Namespace: "AWS/ECR" }));
    expect(narrowed.Metrics?.map(({ Dimensions }) => Dimensions?.[0]?.Value)).toEqual([
      "team/app",
      "team/other",
    ]);
    const one = await cloudwatch.send(new ListMetricsCommand(pulls));
    expect(one.Metrics).toEqual([pulls]);
    expect(
      (await cloudwatch.send(new ListMetricsCommand({ Namespace: "AWS/EC2" }))).Metrics,
    ).toEqual([]);
  });

  it("tells nothing of another account, and says so of an account that is asked for", async () => {
    const mine = await cloudwatch.send(new ListMetricsCommand({ OwningAccount: "000000000000" }));
    expect(mine.Metrics).toHaveLength(8 + 6 + 2 * 5);
    const other = await cloudwatch.send(new ListMetricsCommand({ OwningAccount: "111111111111" }));
    expect(other.Metrics).toEqual([]);
  });

  it("counts the repository that has a name now, however often the name was had before", async () => {
    const { metadata } = server.opened.ports;
    const before = Array.from({ length: 30 }, (_, n) => ({
      ...{ registry, repository: `0-${n}`, name: "team/app" as never },
    }));
    await metadata.transaction(({ usage }) => usage.repositories.know(before));
    const input = { ...pulls, ...between(), Period: 7200, Statistics: ["Sum" as const] };
    const { Datapoints } = await cloudwatch.send(new GetMetricStatisticsCommand(input));
    expect(Datapoints?.map(({ Sum }) => Sum)).toEqual([5]);
  });

  it("knows nothing of the time before it looked first, and gives what came then", async () => {
    const input = {
      ...{ Namespace: "Entrepot", MetricName: "ImageCount", Dimensions: pulls.Dimensions },
      ...{ StartTime: new Date(0), EndTime: new Date(start + 2 * hour) },
      ...{ Period: 86_400 * 365, Statistics: ["Maximum" as const, "SampleCount" as const] },
    };
    // The year that the range is in has a sample for each hour that has begun since the first one.
    const hours = () => Math.floor((server.opened.clock.now() - start) / hour) + 1;
    const before = hours();
    const { Datapoints } = await cloudwatch.send(new GetMetricStatisticsCommand(input));
    expect(Datapoints).toMatchObject([{ Maximum: 5 }]);
    expect([before, hours()]).toContain(Datapoints?.[0]?.SampleCount);
  });

  it("gives statistics of pulls by minute and by hour", async () => {
    const ask = async (Period: number) => {
      const Statistics = ["Sum", "Average", "Maximum", "Minimum", "SampleCount"] as const;
      const input = { ...pulls, ...between(), Period, Statistics: [...Statistics] };
      return (await cloudwatch.send(new GetMetricStatisticsCommand(input))).Datapoints;
    };
    const point = (at: number, Sum: number, n: number, Maximum: number, Minimum: number) => ({
      ...{ Timestamp: new Date(start + at), Unit: "Count" },
      ...{ Sum, SampleCount: n, Average: Sum / n, Maximum, Minimum },
    });
    expect(await ask(60)).toEqual([
      point(0, 3, 1, 3, 3),
      point(minute, 1, 1, 1, 1),
      point(61 * minute, 1, 1, 1, 1),
    ]);
    expect(await ask(300)).toEqual([point(0, 4, 2, 3, 1), point(60 * minute, 1, 1, 1, 1)]);
    expect(await ask(3600)).toEqual([point(0, 4, 1, 4, 4), point(hour, 1, 1, 1, 1)]);
  });

  it("answers several queries page by page, the newest first", async () => {
    const query = (Id: string, Metric: object, Period: number, Stat: string) => ({
      ...{ Id, MetricStat: { Metric, Period, Stat } },
    });
    const usage = (MetricName: string, Type: string, Resource: string, more: object[] = []) => ({
      ...{ Namespace: "AWS/Usage", MetricName },
      Dimensions: [
        ...[
          { Name: "Service", Value: "ECR" },
          { Name: "Type", Value: Type },
        ],
        ...[{ Name: "Resource", Value: Resource }, { Name: "Class", Value: "None" }, ...more],
      ],
    });
    const ofRepository = [{ Name: "ResourceId", Value: "repository/team/app" }];
    const stored = { ...pulls, Namespace: "Entrepot", MetricName: "StorageBytes" };
    const MetricDataQueries = [
      query("calls", usage("CallCount", "API", "PutImage"), 3600, "Sum"),
      query("repositories", usage("ResourceCount", "RESOURCE", "RepositoryCount"), 300, "Maximum"),
      query(
        "images",
        usage("ResourceCount", "RESOURCE", "ImagesPerRepositoryCount", ofRepository),
        7200,
        "Average",
      ),
      query("bytes", stored, 3600, "Average"),
      query("nothing", { ...pulls, MetricName: "NoSuchMetric" }, 3600, "Sum"),
    ];
    const results = new Map<string, number[]>();
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const input = {
        ...between(),
        MetricDataQueries,
        MaxDatapoints: 2,
        ...(NextToken ? { NextToken } : {}),
      };
      const page = await cloudwatch.send(new GetMetricDataCommand(input));
      for (const { Id = "", Values = [], StatusCode } of page.MetricDataResults ?? []) {
        expect(StatusCode).toBe("Complete");
        results.set(Id, Values);
      }
      NextToken = page.NextToken;
      pages += 1;
    } while (NextToken !== undefined);
    expect(pages).toBe(3);
    expect(results.get("calls")).toEqual([2]);
    expect(results.get("repositories")).toEqual(Array.from({ length: 24 }, () => 2));
    expect(results.get("images")).toEqual([4]);
    expect(results.get("bytes")).toEqual([90, 70]);
    expect(results.get("nothing")).toEqual([]);
  });

  it.each([
    [{ Expression: "SUM(METRICS())" }, "expressions are not computed"],
    [{}, "has no MetricStat"],
  ])("refuses a query of %o", async (query, why) => {
    const input = { ...between(), MetricDataQueries: [{ Id: "a", ...query }] };
    const asked = cloudwatch.send(new GetMetricDataCommand(input));
    await expect(asked).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(why),
    });
  });

  it("refuses more periods than one answer holds", async () => {
    const input = { ...pulls, StartTime: new Date(0), EndTime: new Date(start), Period: 60 };
    const asked = cloudwatch.send(
      new GetMetricStatisticsCommand({ ...input, Statistics: ["Sum"] }),
    );
    await expect(asked).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("speaks AWS Query, with times in ISO 8601", async () => {
    const form = new URLSearchParams({
      ...{ Action: "GetMetricStatistics", Version: "2010-08-01", Namespace: "AWS/ECR" },
      ...{ MetricName: "RepositoryPullCount", Period: "3600", "Statistics.member.1": "Sum" },
      ...{ "Dimensions.member.1.Name": "RepositoryName", "Dimensions.member.1.Value": "team/app" },
      ...{
        StartTime: new Date(start).toISOString(),
        EndTime: new Date(start + 2 * hour).toISOString(),
      },
    });
    const { status, text } = await query(form.toString());
    expect(status).toBe(200);
    expect(text).toContain(
      '<GetMetricStatisticsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">',
    );
    expect(text).toContain(
      `<Datapoints><member><Timestamp>${new Date(start).toISOString()}</Timestamp><Sum>4</Sum><Unit>Count</Unit></member>`,
    );
    form.set("Period", "61");
    const refused = await query(form.toString());
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("<Code>ValidationError</Code>");
  });
});

async function query(body: string): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(server.origin);
  const signer = new SignatureV4({
    ...{ service: "monitoring", region: "us-east-1", credentials: rootKey, sha256: Sha256 },
  });
  const headers = { host, "content-type": "application/x-www-form-urlencoded" };
  const request = new HttpRequest({
    method: "POST",
    hostname,
    port: Number(port),
    path: "/",
    headers,
    body,
  });
  const signed = await signer.sign(request);
  const answer = await fetch(server.origin, { method: "POST", headers: signed.headers, body });
  return { status: answer.status, text: await answer.text() };
}

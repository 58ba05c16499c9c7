/** Trails as AWS's own SDK makes and asks for them. */
import * as sdk from "@aws-sdk/client-cloudtrail";
import {
  CloudTrailClient,
  CreateTrailCommand,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  S3BucketDoesNotExistException,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll, expect, it } from "vitest";
import { operations } from "../../src/operations/index.ts";
import type { Region } from "../../src/registry/names.ts";
import { fingerprintOf, signingKey } from "../../src/registry/trails/trail-keys.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";

let server: AwsServer;
let cloudtrail: CloudTrailClient;
beforeAll(async () => {
  server = await startAwsServer({ trailTargets: new Set(["audit-logs"]) });
  cloudtrail = new CloudTrailClient(server.client());
});
afterAll(() => server.close());

it("are of operations that the SDK knows by these names", () => {
  for (const { operationName } of operations.filter(({ service }) => service === "cloudtrail")) {
    expect(sdk).toHaveProperty(`${operationName}Command`);
  }
});

it("carry times and keys as the SDK reads them, and refusals by their names", async () => {
  const trail = { Name: "main", S3BucketName: "audit-logs", EnableLogFileValidation: true };
  const { TrailARN } = await cloudtrail.send(new CreateTrailCommand(trail));
  await cloudtrail.send(new StartLoggingCommand({ Name: TrailARN }));
  const status = await cloudtrail.send(new GetTrailStatusCommand({ Name: "main" }));
  expect(status.StartLoggingTime?.getTime()).toBe(server.opened.clock.now());
  const { trailList } = await cloudtrail.send(new DescribeTrailsCommand({}));
  expect(trailList).toMatchObject([{ Name: "main", HomeRegion: "us-east-1", TrailARN }]);
  await signingKey(server.opened.ports, { account, region: "us-east-1" as Region });
  const { PublicKeyList } = await cloudtrail.send(new ListPublicKeysCommand({}));
  const { Value = Uint8Array.of(), Fingerprint } = PublicKeyList?.[0] ?? {};
  expect(fingerprintOf(Buffer.from(Value).toString("base64"))).toBe(Fingerprint);
  const elsewhere = { ...trail, Name: "other", S3BucketName: "not-there" };
  await expect(cloudtrail.send(new CreateTrailCommand(elsewhere))).rejects.toBeInstanceOf(
    S3BucketDoesNotExistException,
  );
});

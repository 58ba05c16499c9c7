/** `aws cloudtrail validate-logs` on what a trail wrote, in a bucket that holds it as the trail does. */
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TrailTarget } from "../../src/ports/trail-target.ts";
import { deliverTrails } from "../../src/workers/deliver-trails.ts";
import { type AwsServer, rootKey, startAwsServer } from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";
import { LocalServer } from "../support/local-server.ts";
import { requireProgram } from "./programs.ts";
import { runProgram } from "./run-program.ts";

const bucket = "audit-logs";
const hourMs = 3_600_000;
const written = new Map<string, { content: Uint8Array; signature: string | undefined }>();
const target: TrailTarget = {
  async write(name, content, signature) {
    written.set(name, { content, signature });
  },
  read: () => Promise.reject(new Error("nobody reads")),
  // biome-ignore lint/correctness/useYield: nobody lists.
  async *list() {
    throw new Error("nobody lists");
  },
  close: () => undefined,
};

let server: AwsServer;
let s3: LocalServer;
let startedAt: number;

beforeAll(async () => {
  server = await startAwsServer({ trailTargets: new Set([bucket]) });
  startedAt = server.opened.clock.now();
  s3 = await LocalServer.start((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://s3");
    const [, of, ...parts] = decodeURIComponent(pathname).split("/");
    const file = written.get(parts.join("/"));
    if (of !== bucket) response.writeHead(404).end();
    else if (searchParams.has("location")) {
      response.end('<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
    } else if (parts.join("") === "") response.end(listing(searchParams));
    else if (file === undefined)
      response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    else {
      // As `TrailBucket` stores it.
      const { content, signature } = file;
      const metadata = {
        "x-amz-meta-signature": signature,
        "x-amz-meta-signature-algorithm": "SHA256withRSA",
      };
      response.writeHead(200, signature === undefined ? {} : metadata).end(content);
    }
  });
});
afterAll(async () => {
  await s3.stop();
  await server.close();
});

function listing(asked: URLSearchParams): string {
  const [prefix, marker] = [asked.get("prefix") ?? "", asked.get("marker") ?? ""];
  const keys = [...written.keys()].filter((key) => key.startsWith(prefix) && key > marker).sort();
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`);
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`;
}

/** So much later, one look of the worker. */
async function deliver(laterMs: number): Promise<void> {
  const { ports, clock } = server.opened;
  clock.advance(laterMs);
  await ports.memory.audit.flush(ports.metadata);
  const failed = (error: unknown) => {
    throw error;
  };
  const targets = new Map([[bucket, target]]);
  await deliverTrails(ports, { targets, account, failed }, new AbortController().signal);
}

async function validate(): Promise<string> {
  server.opened.clock.set(Date.now());
  const told = await runProgram(
    requireProgram("awsWithEndpoints"),
    [
      ...["cloudtrail", "validate-logs", "--verbose", "--region", "us-east-1"],
      ...["--trail-arn", `arn:aws:cloudtrail:us-east-1:${account}:trail/main`],
      ...["--start-time", new Date(startedAt - hourMs).toISOString()],
      ...["--end-time", new Date(startedAt + 6 * hourMs).toISOString()],
    ],
    {
      env: {
        AWS_ACCESS_KEY_ID: rootKey.accessKeyId,
        AWS_SECRET_ACCESS_KEY: rootKey.secretAccessKey,
        AWS_ENDPOINT_URL_S3: s3.origin,
        AWS_ENDPOINT_URL_CLOUDTRAIL: server.origin,
        AWS_ENDPOINT_URL_STS: server.origin,
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      },
    },
  );
  return `${told.stdout}${told.stderr}`;
}

it("validates every digest and file of a trail, and finds the one that was changed", async () => {
  const cloudtrail = new CloudTrailClient(server.client());
  const ecr = new ECRClient(server.client());
  await cloudtrail.send(
    new CreateTrailCommand({
      ...{ Name: "main", S3BucketName: bucket, S3KeyPrefix: "audit/ecr" },
      EnableLogFileValidation: true,
    }),
  );
  await cloudtrail.send(new StartLoggingCommand({ Name: "main" }));
  for (let hour = 0; hour < 3; hour++) {
    server.opened.clock.set(Date.now());
    await ecr.send(new DescribeRepositoriesCommand({}));
    server.opened.clock.set(startedAt + hour * hourMs);
    await deliver(6 * 60_000);
    await deliver(hourMs);
  }
  const all = await validate();
  expect(all).toMatch(/(\d+)\/\1 digest files valid/);
  expect(all).toMatch(/(\d+)\/\1 log files valid/);
  expect(all).not.toContain("INVALID");
  const [name = ""] = [...written.keys()].filter((key) => key.includes("/CloudTrail/"));
  const file = written.get(name)!;
  const [digest = ""] = [...written.keys()].filter((key) => key.includes("/CloudTrail-Digest/"));
  const other = [...written.keys()].filter((key) => key.includes("/CloudTrail/")).at(-1)!;
  written.set(name, written.get(other === name ? digest : other)!);
  expect(await validate()).toContain(`s3://${bucket}/${name}\tINVALID: hash value doesn't match`);
  written.set(name, file);
  cloudtrail.destroy();
  ecr.destroy();
});

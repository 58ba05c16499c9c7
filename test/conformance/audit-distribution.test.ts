/** What registry requests leave in the audit trail: each one record, as ECR's operations. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { toRecord } from "../../src/registry/audit/cloudtrail-record.ts";
import type { Region } from "../../src/registry/names.ts";
import { AuditTail, storedEntries } from "../support/audit.ts";
import {
  type DistributionServer,
  hostOf,
  startDistribution,
} from "../support/distribution-server.ts";
import { account, digestOf, imageManifest, ociManifest, otherAccount } from "../support/ecr.ts";
import { OciClient } from "../support/oci-client.ts";

const region = "us-east-1" as Region;
const config = Buffer.from('{"content":"of the config"}');
const manifest = JSON.stringify(imageManifest(config));
const registryId = account;
const repositoryName = "team/app";
const imageDigest = digestOf(manifest);
let server: DistributionServer;
let tail: AuditTail;
let client: OciClient;

beforeAll(async () => {
  server = await startDistribution({ nameError: ({ kind }) => `${kind}Exception` });
  await server.createRepository(repositoryName);
  tail = new AuditTail(server.opened.ports, { account, region });
  client = server.client();
});
afterAll(() => server.close());

function send(method: string, path: string, body?: Buffer | string, type = "text/plain") {
  const headers = { "content-type": type, "user-agent": "docker/29.0.0" };
  return client.send(method, `/v2${path}`, { headers, ...(body === undefined ? {} : { body }) });
}

async function records() {
  return (await tail.next()).map(toRecord);
}

it("records a push, each request once, and what it changes in the change itself", async () => {
  const upload = await client.startUpload(repositoryName);
  const uploadId = upload.slice(upload.lastIndexOf("/") + 1);
  await client.send("PATCH", upload, { body: config });
  const digest = digestOf(config);
  await client.send("PUT", `${upload}?digest=${digest}`);
  expect((await send("PUT", "/team/app/manifests/v1", manifest, ociManifest)).status).toBe(201);
  // Nothing was flushed yet.
  const stored = await storedEntries(server.opened.ports, { account, region });
  const push = ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"];
  expect(stored.map(({ action }) => action.eventName).toSorted()).toEqual(push.toSorted());
  // Nor is anything to be written a second time: the record of the change has the answer.
  expect(server.opened.ports.memory.audit.size).toBe(0);
  const found = await records();
  expect(found).toEqual(stored.toReversed().map(toRecord));
  // The clock stands, so that they have no order.
  const [began, part, completed, put] = push.map((name) =>
    found.find(({ eventName }) => eventName === name),
  );
  const common = {
    ...{ eventSource: "ecr.amazonaws.com", eventType: "AwsApiCall", readOnly: false },
    ...{ sourceIPAddress: "127.0.0.1", recipientAccountId: account },
    userIdentity: { type: "Root", arn: `arn:aws:iam::${account}:root` },
    resources: [
      {
        ARN: `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
        ...{ accountId: account, type: "AWS::ECR::Repository" },
      },
    ],
  };
  const of = { registryId, repositoryName };
  expect(began).toMatchObject({ ...common, responseElements: { uploadId } });
  expect(part).toMatchObject({ ...common, requestParameters: { ...of, uploadId } });
  const completing = { ...of, uploadId, layerDigests: [digest] };
  expect(completed).toMatchObject({ ...common, requestParameters: completing });
  expect(put).toMatchObject({
    ...common,
    userAgent: "docker/29.0.0",
    requestParameters: {
      ...of,
      ...{ imageIds: [{ imageTag: "v1" }], imageManifest: "HIDDEN_DUE_TO_SECURITY_REASONS" },
      imageManifestMediaType: ociManifest,
    },
    responseElements: { image: { ...of, imageId: { imageDigest, imageTag: "v1" } } },
  });
});

it("records a pull, each request once, under the request's own id", async () => {
  await send("GET", "/");
  for (let time = 0; time < 3; time++) await send("GET", "/team/app/manifests/v1");
  await send("HEAD", `/team/app/blobs/${digestOf(config)}`);
  await send("GET", `/team/app/blobs/${digestOf(config)}`);
  await send("GET", "/team/app/tags/list");
  const found = await records();
  const pulls = ["BatchGetImage", "BatchGetImage", "BatchGetImage"];
  expect(found.map(({ eventName }) => eventName).toSorted()).toEqual(
    [
      ...["RegistrySignIn", ...pulls, "BatchCheckLayerAvailability"],
      ...["GetDownloadUrlForLayer", "ListImages"],
    ].toSorted(),
  );
  expect(new Set(found.map(({ eventID }) => eventID)).size).toBe(found.length);
  const pulled = found.find(({ eventName }) => eventName === "BatchGetImage");
  expect(pulled).toMatchObject({
    ...{ readOnly: true, responseElements: null, sourceIPAddress: "127.0.0.1" },
    requestParameters: { registryId, repositoryName, imageIds: [{ imageTag: "v1" }] },
  });
});

it("records of what was rolled back that it failed, and nothing else", async () => {
  const missing = JSON.stringify(imageManifest(Buffer.from("{}")));
  const refused = await send("PUT", "/team/app/manifests/v2", missing, ociManifest);
  expect(refused.status).toBe(400);
  expect(await records()).toMatchObject([
    {
      ...{ eventName: "PutImage", errorCode: "LayersNotFoundException" },
      ...{ responseElements: null, requestParameters: { imageIds: [{ imageTag: "v2" }] } },
    },
  ]);
});

it("records a pull of what is not there, a broken digest, and a bad token", async () => {
  await send("GET", "/team/app/manifests/none");
  await send("HEAD", "/team/app/blobs/sha256:12");
  const stranger = new OciClient(server.origin, { authorization: "Basic QVdTOnNlY3JldA==" });
  await stranger.get("/v2/team/app/manifests/v1");
  await new OciClient(server.origin).get("/v2/");
  const codes = (await records()).map(({ errorCode, eventName }) => [eventName, errorCode]);
  expect(codes.toSorted()).toEqual([
    ["BatchCheckLayerAvailability", "DIGEST_INVALID"],
    ["BatchGetImage", "ImageNotFoundException"],
    ["RegistrySignIn", "UnrecognizedClientException"],
  ]);
});

it("records a call into another account in the trails of both", async () => {
  const own = new AuditTail(server.opened.ports, { account: otherAccount, region });
  const foreign = server.client(otherAccount, hostOf(account));
  await foreign.get("/v2/team/app/manifests/v1");
  await foreign.send("POST", "/v2/team/app/blobs/uploads/");
  const mine = (await own.next()).map(toRecord);
  const theirs = await records();
  expect(mine).toHaveLength(2);
  expect(theirs).toHaveLength(2);
  for (const { sharedEventID, ...record } of theirs) {
    expect(record).toMatchObject({
      ...{ errorCode: "AccessDeniedException", recipientAccountId: account },
      userIdentity: { type: "AWSAccount", accountId: otherAccount },
    });
    const twin = mine.find((each) => each.sharedEventID === sharedEventID);
    expect(twin).toMatchObject({ userIdentity: { type: "Root", accountId: otherAccount } });
    expect(twin!.eventID).not.toBe(record.eventID);
  }
});

it("records nothing of a kind that is not kept", async () => {
  const { memory } = server.opened.ports;
  Object.assign(memory.audit, { retention: { ...memory.audit.retention, "data-read": 0 } });
  await send("GET", "/team/app/manifests/v1");
  await send("GET", "/team/app/tags/list");
  expect((await records()).map(({ eventName }) => eventName)).toEqual(["ListImages"]);
});

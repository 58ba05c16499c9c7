/** What must not run can not be pulled, whichever way one pulls on `/v2/`. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { setRepositoryPolicy } from "../../src/operations/ecr/set-repository-policy.ts";
import type { AuditEntry } from "../../src/registry/audit/audit-entry.ts";
import { toRecord } from "../../src/registry/audit/cloudtrail-record.ts";
import { breakGlassAction } from "../../src/registry/gates/break-glass.ts";
import { deleteGate, putGate } from "../../src/registry/gates/put-gate.ts";
import { quarantineImage, releaseImage } from "../../src/registry/gates/quarantine-image.ts";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { JobRunner } from "../../src/workers/job-runner.ts";
import { judgeImageJob, judgeRegistryJob } from "../../src/workers/judge-images-job.ts";
import { auditEntries, storedEntries } from "../support/audit.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { account, callerOf, deployment, imageManifest, TestRegistry } from "../support/ecr.ts";
import type { OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;
beforeAll(async () => {
  server = await startDistribution();
  client = server.client();
  for (const name of ["team/app", "free/app"]) await server.createRepository(name);
});
afterAll(() => server.close());

const registry = { account, region: deployment.region };
const name = "team/app" as RepositoryName;
const config = Buffer.from('{"os":"linux"}');
const layer = Buffer.from("no real archive, but a layer");

async function push(): Promise<Digest> {
  for (const content of [config, layer]) await client.pushBlob(name, content);
  const pushed = await client.putManifest(name, "v1", imageManifest(config, layer));
  expect(pushed.status).toBe(201);
  return pushed.headers.get("docker-content-digest") as Digest;
}

const requireScan = {
  ...({ repositories: ["team/*"], tags: [], mode: "enforce", requireScan: true } as const),
  ...({ unsupported: "allow", blockKnownExploited: false, onlyFixable: false } as const),
  ...{ blockWhen: [], graceDays: 0, requireReview: false, signedBy: [] },
};

async function judge(): Promise<void> {
  const observer = {
    jobDone: () => undefined,
    jobFailed: ({ error }: { error: unknown }) => expect.unreachable(String(error)),
    workerFailed: (error: unknown) => expect.unreachable(String(error)),
  };
  const jobs = [judgeImageJob, judgeRegistryJob(() => expect.unreachable())];
  const runner = new JobRunner(server.opened.ports, jobs, { observer });
  while ((await runner.tick()) > 0) await runner.settled();
}

it("refuses manifests and layers by every name, told why, and opens again", async () => {
  const { ports } = server.opened;
  const digest = await push();
  const [, layerDigest] = [config, layer].map((content) => imageManifest(content).config.digest);
  const asked = { repositoryName: name, layerDigest };
  const { downloadUrl = "" } = await new TestRegistry(server.opened).ask(
    getDownloadUrlForLayer,
    asked,
    { ...callerOf(account), principal: rootPrincipal(account, `AKIA${account}`) },
  );
  const reads = [
    ...[`/v2/${name}/manifests/v1`, `/v2/${name}/manifests/${digest}`],
    ...[`/v2/${name}/blobs/${layerDigest}`, downloadUrl],
  ];
  const statuses = async (headers: Record<string, string> = {}) =>
    Promise.all(reads.map(async (path) => (await client.get(path, headers)).status));
  // The manifest is in memory from here on.
  expect(await statuses()).toEqual([200, 200, 200, 200]);
  const by = "arn:aws:iam::000000000000:user/admin";
  const hand = { image: { digest }, reason: "Stolen", by };
  await quarantineImage(ports, registry, name, hand);
  expect(await statuses()).toEqual([403, 403, 403, 403]);
  expect(await statuses({ range: "bytes=0-3" })).toEqual([403, 403, 403, 403]);
  expect(await statuses({ "if-none-match": `"${digest}"` })).toEqual([403, 403, 403, 403]);
  const refused = await client.get(reads[0]!);
  expect(refused.code()).toBe("DENIED");
  expect(refused.text()).toContain(
    `It is in quarantine: Stolen. See: entrepot gate explain ${name}@${digest}`,
  );
  const heads = await Promise.all(reads.map(async (path) => (await client.head(path)).status));
  expect(heads).toEqual([200, 200, 200, 200]);
  const listed = await client.get(`/v2/${name}/tags/list`);
  expect(listed.json()).toMatchObject({ tags: ["v1"] });
  await releaseImage(ports, registry, name, hand);
  await judge();
  expect(await statuses()).toEqual([200, 200, 200, 200]);
});

it("lets who pushes ask for layers and push again, and nobody get away with one that is held back", async () => {
  const { ports } = server.opened;
  await putGate(ports, registry, "scanned", requireScan);
  await judge();
  const layerDigest = imageManifest(layer).config.digest;
  const blob = `/v2/${name}/blobs/${layerDigest}`;
  expect((await client.get(blob)).status).toBe(403);
  expect((await client.head(blob)).status).toBe(200);
  expect((await client.putManifest(name, "v2", imageManifest(config, layer))).status).toBe(201);
  expect((await client.get(`/v2/${name}/manifests/v2`)).text()).toContain("not scanned yet");
  // An upload is begun instead: whoever has its bytes can send them.
  const mount = `/v2/free/app/blobs/uploads/?mount=${layerDigest}&from=${name}`;
  expect((await client.send("POST", mount)).status).toBe(202);
  const own = await client.pushBlob(name, "just come");
  expect((await client.get(`/v2/${name}/blobs/${own}`)).status).toBe(200);
  await deleteGate(ports, registry, "scanned");
  await judge();
  expect((await client.get(blob)).status).toBe(200);
});

it("gives what is held back to who may break the glass, once that is recorded, and to nobody else", async () => {
  const { ports } = server.opened;
  const operations = new TestRegistry(server.opened);
  const digest = await push();
  const by = "arn:aws:iam::000000000000:user/admin";
  await quarantineImage(ports, registry, name, { image: { digest }, reason: "Breach", by });
  const layerDigest = imageManifest(layer).config.digest;
  const reads = [`/v2/${name}/manifests/v1`, `/v2/${name}/blobs/${layerDigest}`];
  const statuses = () => Promise.all(reads.map(async (path) => (await client.get(path)).status));
  const policy = async (Action: string) => {
    const Principal = { AWS: `arn:aws:iam::${account}:root` };
    const Statement = [{ Effect: "Allow", Principal, Action }];
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement });
    await operations.ask(setRepositoryPolicy, { repositoryName: name, policyText });
    server.opened.clock.advance(10_000);
  };
  const broken = (entries: readonly AuditEntry[]) =>
    entries.map(toRecord).filter(({ eventName }) => eventName === "PullQuarantined");
  await policy("ecr:*");
  expect(await statuses()).toEqual([403, 403]);
  expect(broken(await auditEntries(ports, registry))).toEqual([]);
  await policy(breakGlassAction);
  expect((await client.get(reads[0]!)).status).toBe(200);
  const common = {
    ...{ eventSource: "entrepot", readOnly: false, sourceIPAddress: "127.0.0.1" },
    userIdentity: { type: "Root", arn: `arn:aws:iam::${account}:root` },
    resources: [{ ARN: `arn:aws:ecr:${deployment.region}:${account}:repository/${name}` }],
  };
  const of = { registryId: account, repositoryName: name };
  // Nothing was flushed: the record was committed before the manifest was given.
  expect(broken(await storedEntries(ports, registry))).toMatchObject([
    {
      ...{ ...common, requestParameters: { ...of, imageId: { imageDigest: digest } } },
      additionalEventData: { breakGlass: true, verdict: "QUARANTINED" },
    },
  ]);
  expect((await client.get(reads[1]!)).status).toBe(200);
  expect(broken(await auditEntries(ports, registry))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        ...{ requestParameters: { ...of, layerDigest } },
        additionalEventData: expect.objectContaining({ breakGlass: true }),
      }),
    ]),
  );
});

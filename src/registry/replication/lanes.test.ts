import { afterEach, beforeEach, expect, it } from "vitest";
import { account, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { PeerDouble } from "../../../test/support/peer-double.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { routeReplication } from "../../../test/support/settle-replication.ts";
import { describeImageReplicationStatus } from "../../operations/ecr/describe-image-replication-status.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { replicateJob } from "../../workers/replicate-job.ts";
import type { Region } from "../names.ts";
import { putReplicationConfiguration } from "./replication-configuration.ts";

const far = "eu-west-2" as Region;
const near = "eu-west-1" as Region;
const repositories = ["far/a", "far/b", "far/c", "far/d", "far/e"];

let opened: TestPorts;
let registry: TestRegistry;
let peer: PeerDouble;
let runner: JobRunner;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  peer = await PeerDouble.open(far);
  const peerAccounts = new Map([[far, new Set([account])]]);
  const { regions } = deployment;
  const rules = [
    { destinations: [{ account, region: far }], prefixes: ["far"] },
    { destinations: [{ account, region: near }], prefixes: ["near"] },
  ];
  const source = { account, region: deployment.region };
  await putReplicationConfiguration(opened.ports, source, { rules }, { regions, peerAccounts });
  const reach = {
    ...{ regions, peers: new Map([[far, peer]]), peerAccounts, trashMs: 0 },
    organization: async () => testOrganization,
  };
  const failed = (error: unknown) => {
    throw error;
  };
  runner = new JobRunner(opened.ports, [replicateJob(reach)], {
    observer: {
      jobDone: () => undefined,
      jobFailed: ({ error }) => failed(error),
      workerFailed: failed,
    },
  });
});
afterEach(async () => {
  runner.quit();
  await runner.settled();
  await registry.close();
  await peer.registry.close();
});

async function status(repositoryName: string, imageDigest: string) {
  const input = { repositoryName, imageId: { imageDigest } };
  const { replicationStatuses } = await registry.ask(describeImageReplicationStatus, input);
  return replicationStatuses?.[0]?.status;
}

it("a destination that hangs keeps no image from others, however much waits for it", async () => {
  const { promise: hangs, resolve: goOn } = Promise.withResolvers<void>();
  peer.before = () => hangs;
  for (const repositoryName of repositories) {
    await registry.createRepository(repositoryName);
    await registry.pushImage(repositoryName, repositoryName);
  }
  await routeReplication(opened);
  while ((await runner.tick()) > 0);
  opened.clock.advance(5);
  await registry.createRepository("near/a");
  const digest = await registry.pushImage("near/a", "near");
  await routeReplication(opened);
  while ((await runner.tick()) > 0);
  await expect.poll(() => status("near/a", digest)).toBe("COMPLETE");
  goOn();
});

it("a lane gives way to others after its time, and goes on then", async () => {
  await registry.createRepository("far/a");
  const digests: string[] = [];
  for (const content of ["1", "2", "3"]) {
    digests.push(await registry.pushImage("far/a", content));
  }
  await routeReplication(opened);
  peer.before = ({ operation }) => {
    if (operation === "PutReplica") opened.clock.advance(31_000);
  };
  const states = () => Promise.all(digests.map((digest) => status("far/a", digest)));
  const complete = async () => (await states()).filter((each) => each === "COMPLETE").length;
  for (const expected of [1, 2, 3]) {
    expect(await runner.tick()).toBe(1);
    await runner.settled();
    expect(await complete()).toBe(expected);
  }
});

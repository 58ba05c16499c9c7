import { afterEach, beforeEach, expect, it } from "vitest";
import { auditEntries } from "../../../test/support/audit.ts";
import {
  account,
  deployment,
  digestOf,
  imageManifest,
  ociManifest,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { putReplica } from "./put-replica.ts";

const repositoryName = "team/app";
const config = Buffer.from("{}");
const manifest = JSON.stringify(imageManifest(config));

let opened: TestPorts;
let registry: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(repositoryName);
  await registry.pushLayer(repositoryName, config);
});
afterEach(() => registry.close());

const put = (region: string) =>
  registry.ask(putReplica, {
    ...{ repositoryName, imageManifest: manifest, imageManifestMediaType: ociManifest },
    ...{ imageDigest: digestOf(manifest), tags: [], source: { region, registryId: account } },
  });

it("the record of a copy names who claims the source", async () => {
  expect(await put("eu-west-2")).toEqual({ imageDigest: digestOf(manifest) });
  const told = await auditEntries(opened.ports, { account, region: deployment.region });
  const [record] = told
    .map((each) => JSON.stringify(each))
    .filter((each) => /"ReplicateImage"/.test(each));
  expect(record).toContain('"sourceRegion":"eu-west-2"');
  expect(record).toContain(`"sourceClaimedBy":"arn:aws:iam::${account}:root"`);
});

import { expect, it, onTestFinished } from "vitest";
import { account, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testPorts } from "../../../test/support/ports.ts";
import { mountLayer } from "../layers/mount-layer.ts";
import type { Digest, RepositoryName } from "../names.ts";
import { quarantineImage } from "./quarantine-image.ts";

it("mounts what is held back for nobody, not even for who may push where it is from", async () => {
  const opened = await testPorts();
  onTestFinished(() => opened.close());
  const registry = { account, region: deployment.region };
  const test = new TestRegistry(opened);
  for (const name of ["from/app", "to/app"]) await test.createRepository(name);
  const digest = (await test.pushImage("from/app", "one")) as Digest;
  const manifest = JSON.parse(await test.manifestText("from/app", digest)) as {
    config: { digest: Digest };
  };
  const everywhere = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  const noPush = {
    ...{ Effect: "Deny", Action: "ecr:UploadLayerPart" },
    Resource: `arn:aws:ecr:*:*:repository/from/app`,
  };
  const puller = await userWith(opened.ports, { account, name: "puller" }, everywhere, noPush);
  const pusher = await userWith(opened.ports, { account, name: "pusher" }, everywhere);
  const mounted = async (caller: typeof puller, from: string | undefined) => {
    const ports = { ...opened.ports, onBehalfOf: caller };
    const to = { registry, name: "to/app" as RepositoryName };
    const source = from as RepositoryName | undefined;
    return mountLayer(ports, to, manifest.config.digest, source, async () => true);
  };
  const image = { digest };
  const by = "arn:aws:iam::000000000000:user/admin";
  await quarantineImage(opened.ports, registry, "from/app" as RepositoryName, {
    ...{ image, reason: "Stolen", by },
  });
  expect(await mounted(puller, "from/app")).toBeUndefined();
  expect(await mounted(puller, undefined)).toBeUndefined();
  expect(await mounted(pusher, "from/app")).toBeUndefined();
  expect(await mounted(pusher, undefined)).toBeUndefined();
});

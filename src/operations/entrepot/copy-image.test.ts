import { afterEach, beforeEach, expect, it } from "vitest";
import { account, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import type { Digest, RepositoryName } from "../../registry/names.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { describeImages } from "../ecr/describe-images.ts";
import { compareImages } from "./compare-images.ts";
import { copyImage } from "./copy-image.ts";

let scanned: ScannedRegistry;
beforeEach(async () => {
  scanned = await ScannedRegistry.open("team/app", "team/same");
  const encryptionConfiguration = { encryptionType: "KMS" };
  await ask(createRepository, { repositoryName: "team/sealed", encryptionConfiguration });
});
afterEach(() => scanned.close());
const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);

const tagsIn = async (repositoryName: string) => {
  const { imageDetails = [] } = await ask(describeImages, { repositoryName });
  return imageDetails.map(({ imageDigest, imageTags }) => [imageDigest, imageTags]);
};
const copy = (imageId: object, destinationRepositoryName: string, imageTags: string[] = []) => ({
  ...{ repositoryName: "team/app", imageId, destinationRepositoryName, imageTags },
});

it.each(["team/same", "team/sealed"])(
  "brings an image whole into %s, with its tags",
  async (to) => {
    const imageDigest = await scanned.push("team/app", "v1", [debianLayer, lodashLayer]);
    const asked = copy({ imageTag: "v1" }, to, ["v1", "stable"]);
    const told = await ask(copyImage, asked);
    expect(told).toMatchObject({ imageDigest, destinationRepositoryName: to });
    expect(await ask(copyImage, asked)).toEqual(told); // Again is as good as once.
    expect(await tagsIn(to)).toEqual([[imageDigest, expect.arrayContaining(["v1", "stable"])]]);
    // What it is made of can be read there.
    await scanned.settle();
    const { layers, packages } = await ask(compareImages, {
      from: { repositoryName: "team/app", imageId: { imageDigest } },
      to: { repositoryName: to, imageId: { imageDigest } },
    });
    expect(layers.shared.layers).toHaveLength(2);
    expect(packages?.counts).toEqual({ SAME: 2 });
  },
);

it("brings what an index lists along, and says why where that can not be", async () => {
  await scanned.push("team/app", "amd64", [debianLayer]);
  await scanned.push("team/app", "arm64", [lodashLayer]);
  const { imageDetails = [] } = await ask(describeImages, { repositoryName: "team/app" });
  const manifests = imageDetails.map(({ imageDigest: digest = "" }) => ({
    ...{ mediaType: ociManifest, digest, size: 1 },
  }));
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
  const imageDigest = await scanned.registry.putManifest("team/app", index, { imageTag: "all" });
  await ask(copyImage, copy({ imageDigest }, "team/sealed", ["all"]));
  const there = await tagsIn("team/sealed");
  expect(there.map(([digest]) => digest)).toEqual(
    expect.arrayContaining([imageDigest, ...imageDetails.map((each) => each.imageDigest)]),
  );
  const refused = (imageId: object, to: string) =>
    expect(ask(copyImage, copy(imageId, to))).rejects;
  await refused({ imageTag: "gone" }, "team/sealed").toMatchObject({ kind: "ImageNotFound" });
  await refused({ imageDigest }, "team/none").toMatchObject({ kind: "RepositoryNotFound" });
  await refused({ imageDigest }, "team/app").toMatchObject({ kind: "InvalidParameter" });
});

it("is for who may pull here and push there", async () => {
  const imageDigest = await scanned.push("team/app", "v1", [debianLayer]);
  const arn = (name: string) => `arn:aws:ecr:us-east-1:${account}:repository/${name}`;
  const Effect = "Allow";
  const here = { Effect, Action: ["entrepot:CopyImage", "ecr:*"], Resource: arn("team/app") };
  const there = { Effect, Action: "ecr:*", Resource: arn("team/sealed") };
  const asked = copy({ imageDigest }, "team/sealed");
  const { ports } = scanned.opened;
  const reader = await userWith(ports, { account, name: "reader" }, here);
  await expect(ask(copyImage, asked, reader)).rejects.toMatchObject({ kind: "AccessDenied" });
  const writer = await userWith(ports, { account, name: "writer" }, there);
  await expect(ask(copyImage, asked, writer)).rejects.toMatchObject({ kind: "AccessDenied" });
  expect(await tagsIn("team/sealed")).toEqual([]);
  const both = await userWith(ports, { account, name: "both" }, here, there);
  expect(await ask(copyImage, asked, both)).toMatchObject({ imageDigest });
  // Who copies decides nothing about the copy: it is a push.
  const home = { account, region: both.region };
  const sealed = await ports.metadata.repositories.find(home, "team/sealed" as RepositoryName);
  const pushers = await ports.metadata.gates.pushers(sealed!, imageDigest as Digest);
  expect(pushers).toContain(both.principal.arn);
});

it("takes the name there for no leave to pull what has another name here", async () => {
  await scanned.push("team/app", "v1", [debianLayer]);
  await scanned.push("team/app", "pr-1", [lodashLayer]);
  const { ports } = scanned.opened;
  const every = { Effect: "Allow", Resource: "*" };
  const named = (Action: string[], pattern: string) => ({
    ...{ ...every, Action, Condition: { StringLike: { "ecr:ImageTag": pattern } } },
  });
  const uploads = ["ecr:*Layer*", "ecr:GetDownloadUrlForLayer"];
  const caller = await userWith(
    ports,
    { account, name: "ci" },
    { ...every, Action: uploads },
    named(["entrepot:CopyImage", "ecr:BatchGetImage"], "pr-*"),
    named(["ecr:PutImage"], "try-*"),
  );
  const asked = (from: string, ...to: string[]) =>
    ask(copyImage, copy({ imageTag: from }, "team/same", to), caller);
  for (const [from, ...to] of [
    ["v1", "pr-1"],
    ["v1", "try-1"],
    ["pr-1", "pr-1"],
    ["pr-1", "try-1", "v1"],
  ] as const) {
    await expect(asked(from, ...to)).rejects.toMatchObject({ kind: "AccessDenied" });
  }
  expect(await asked("pr-1", "try-1")).toMatchObject({ imageTags: ["try-1"] });
  expect((await tagsIn("team/same")).map(([, tags]) => tags)).toEqual([["try-1"]]);
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  digestOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import type { Digest, RepositoryName } from "../../registry/names.ts";
import { deleteRepository } from "../ecr/delete-repository.ts";
import { listImagesInUse } from "./list-images-in-use.ts";
import { reportImagesInUse } from "./report-images-in-use.ts";
import { withdrawImagesInUse } from "./withdraw-images-in-use.ts";

const repositoryName = "team/app";
const absent = digestOf("absent");

describe("images in use", () => {
  let registry: TestRegistry;
  let imageDigest: string;
  beforeEach(async () => {
    registry = await openTestRegistry();
    registry.clock.set(1_700_000_000_250);
    await registry.createRepository(repositoryName);
    imageDigest = await registry.pushImage(repositoryName, "one");
  });
  afterEach(() => registry.close());

  const report = (more: object = {}, caller = callerOf(account)) => {
    const images = [{ repositoryName, imageDigest }];
    return registry.ask(reportImagesInUse, { reporter: "node-a", images, ...more }, caller);
  };
  const list = async (more: object = {}) =>
    (await registry.ask(listImagesInUse, { repositoryName, ...more })).imagesInUse;
  const inUse = async () => {
    const { ports } = registry.environment;
    const of = { account, region: callerOf(account).region };
    const repository = await ports.metadata.repositories.find(of, repositoryName as RepositoryName);
    return ports.metadata.inUse.among(repository!, [imageDigest as Digest], ports.clock.now());
  };

  it("are in use for a day, or as long as the report says, and then no more", async () => {
    expect(await report()).toEqual({
      ...{ registryId: account, reporter: "node-a" },
      ...{ expiresAt: 1_700_086_400.25, failures: [] },
    });
    await report({ reporter: "node-b", expiresInSeconds: 60 });
    const of = (reporter: string, expiresAt: number) => ({
      ...{ imageDigest, reporter, reportedAt: 1_700_000_000.25, expiresAt },
    });
    const day = of("node-a", 1_700_086_400.25);
    expect(await list()).toEqual([day, of("node-b", 1_700_000_060.25)]);
    registry.clock.advance(60_000);
    expect(await list()).toEqual([day]);
    expect(await inUse()).toEqual([imageDigest]);
    registry.clock.advance(86_340_000);
    expect([await list(), await inUse()]).toEqual([[], []]);
  });

  it("are as their reporter said last", async () => {
    await report();
    registry.clock.advance(1_000);
    await report({ expiresInSeconds: 60 });
    expect(await list()).toEqual([
      {
        ...{ imageDigest, reporter: "node-a" },
        ...{ reportedAt: 1_700_000_001.25, expiresAt: 1_700_000_061.25 },
      },
    ]);
  });

  it("that are unknown are failures, and the others are recorded", async () => {
    const strange = "md5:0123456789abcdef";
    const { failures } = await report({
      images: [
        { repositoryName: "no/app", imageDigest },
        { repositoryName, imageDigest: absent },
        { repositoryName, imageDigest: strange },
        { repositoryName, imageDigest },
        { repositoryName, imageDigest },
      ],
    });
    const missing = { failureCode: "ImageNotFound", failureReason: "Requested image not found" };
    expect(failures).toEqual([
      {
        ...{ repositoryName: "no/app", imageDigest, failureCode: "RepositoryNotFound" },
        failureReason: `The repository with name 'no/app' does not exist in the registry with id '${account}'`,
      },
      { repositoryName, imageDigest: absent, ...missing },
      { repositoryName, imageDigest: strange, ...missing },
    ]);
    expect((await list()).map((use) => use.imageDigest)).toEqual([imageDigest]);
  });

  it.each([
    { reporter: "" },
    { reporter: "a".repeat(129) },
    { reporter: "two words" },
    { reporter: "nul\0" },
    { expiresInSeconds: 59 },
    { expiresInSeconds: 2_592_001 },
    { images: [] },
    { images: [{ repositoryName, imageDigest: "latest" }] },
    { images: Array.from({ length: 101 }, () => ({ repositoryName, imageDigest: absent })) },
  ])("are not reported by what breaks the bounds: %j", async (wrong) => {
    await expect(report(wrong)).rejects.toMatchObject({ kind: "InvalidParameter" });
    expect(await list()).toEqual([]);
  });

  it("are reported by who may speak of each of their repositories, or not at all", async () => {
    await registry.createRepository("other/app");
    const other = await registry.pushImage("other/app", "one");
    const Resource = `arn:aws:ecr:us-east-1:${account}:repository/team/*`;
    const caller = await userWith(
      registry.environment.ports,
      { account, name: "node" },
      { Effect: "Allow", Action: "entrepot:ReportImagesInUse", Resource },
    );
    await report({}, caller);
    const images = [
      { repositoryName, imageDigest },
      { repositoryName: "other/app", imageDigest: other },
    ];
    for (const both of [images, images.toReversed()]) {
      await expect(report({ reporter: "node-b", images: both }, caller)).rejects.toMatchObject({
        kind: "AccessDenied",
        message: expect.stringContaining("entrepot:ReportImagesInUse on resource: arn:aws:ecr:"),
      });
    }
    const stranger = callerOf(otherAccount);
    await expect(report({ registryId: account }, stranger)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    expect((await list()).map((use) => use.reporter)).toEqual(["node-a"]);
  });

  it("are listed page by page, by image and reporter", async () => {
    const second = await registry.pushImage(repositoryName, "two");
    const images = [imageDigest, second].map((digest) => ({ repositoryName, imageDigest: digest }));
    for (const reporter of ["b", "a"]) await report({ reporter, images });
    const wanted = [imageDigest, second].toSorted().flatMap((digest) => [
      [digest, "a"],
      [digest, "b"],
    ]);
    const found: unknown[] = [];
    let nextToken: string | undefined;
    do {
      const input = { repositoryName, maxResults: 3, nextToken };
      const page = await registry.ask(listImagesInUse, input);
      found.push(...page.imagesInUse.map((use) => [use.imageDigest, use.reporter]));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(found).toEqual(wanted);
    await expect(registry.ask(listImagesInUse, { repositoryName: "no/app" })).rejects.toMatchObject(
      { kind: "RepositoryNotFound" },
    );
  });

  it("are taken back by their reporter, as often as asked, and for no other", async () => {
    for (const reporter of ["a", "b"]) await report({ reporter });
    const images = [
      { repositoryName, imageDigest },
      { repositoryName, imageDigest: absent },
      { repositoryName: "no/app", imageDigest },
    ];
    for (let times = 0; times < 2; times++) {
      await registry.ask(withdrawImagesInUse, { reporter: "a", images });
      expect((await list()).map((use) => use.reporter)).toEqual(["b"]);
    }
  });

  it("keep nobody from deleting them, and go with their repository", async () => {
    const before = await report().then(() => list());
    expect(before).toHaveLength(1);
    await registry.ask(deleteRepository, { repositoryName, force: true });
    await registry.createRepository(repositoryName);
    expect(await list()).toEqual([]);
  });
});

/** The commands as they are typed, on a server that listens. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import type { TestRegistry } from "../../../../test/support/ecr.ts";
import { batchDeleteImage } from "../../../operations/ecr/batch-delete-image.ts";
import { createRepository } from "../../../operations/ecr/create-repository.ts";
import { deleteRepository } from "../../../operations/ecr/delete-repository.ts";
import { listImages } from "../../../operations/ecr/list-images.ts";
import type { TagMove } from "./tags.ts";
import type { Trash } from "./trash.ts";

let server: CommandServer;
let registry: TestRegistry;
let name = "";
let repositories = 0;

beforeAll(async () => {
  server = await openCommandServer();
  registry = server.registry();
  registry.keepTrash(7);
});
afterAll(() => server.close());
beforeEach(async () => {
  name = `app-${++repositories}`;
  await registry.ask(createRepository, { repositoryName: name });
});

const run = (...words: string[]) => server.run(words);
const list = () => server.json<Trash>(["trash", "list", name]);
const short = (digest: string) => digest.slice(0, 19);
const push = (content: string, imageTag: string) => registry.pushImage(name, content, { imageTag });
const remove = (...digests: string[]) =>
  registry.ask(batchDeleteImage, {
    repositoryName: name,
    imageIds: digests.map((imageDigest) => ({ imageDigest })),
  });
const tags = async () =>
  ((await registry.ask(listImages, { repositoryName: name })).imageIds ?? []).map(
    ({ imageTag }) => imageTag,
  );

describe("entrepot trash list", () => {
  it("prints deleted images and repositories, until when they are kept, and why they went", async () => {
    expect((await run("trash", "list", name)).out).toBe("The trash is empty.\n");
    const digest = await push("one", "v1");
    await remove(digest);
    const { code, out } = await run("trash", "list", name);
    expect(code).toBe(0);
    expect(out).toMatch(/^REPOSITORY +IMAGE +TAGS +BYTES +DELETED +KEPT UNTIL +WHY\n/);
    const root = "deleted by arn:aws:iam::000000000000:root";
    expect(out).toMatch(
      new RegExp(`\n${name} +${short(digest)} +v1 +\\d+ B +\\S+Z +\\S+Z +${root}\n$`),
    );
    await registry.ask(deleteRepository, { repositoryName: name, force: true });
    expect((await run("trash", "list", name)).out).toMatch(
      new RegExp(`^REPOSITORY +IMAGES +BYTES +DELETED +KEPT UNTIL +DELETED BY\n${name} +0 +`),
    );
    expect(await list()).toMatchObject({ repositories: [{ repositoryName: name }], images: [] });
    const all = await server.json<Trash>(["trash", "list"]);
    expect(all.repositories.map(({ repositoryName }) => repositoryName)).toContain(name);
  });
});

describe("entrepot trash restore", () => {
  it("brings images back, named in full or by how they begin", async () => {
    const [one, two] = [await push("one", "v1"), await push("two", "v2")];
    await remove(one, two);
    const { code, out } = await run("trash", "restore", name, short(one), two);
    expect([code, out]).toEqual([0, `Restored ${one} as v1.\nRestored ${two} as v2.\n`]);
    expect((await tags()).toSorted()).toEqual(["v1", "v2"]);
  });

  it("says which tags name other images by now", async () => {
    const one = await push("one", "latest");
    await remove(one);
    await push("two", "latest");
    const { out } = await run("trash", "restore", name, one);
    expect(out).toBe(
      `Restored ${one}.\n  Other images have its tags latest by now: entrepot tag restore ${name} <tag> ${short(one)}\n`,
    );
  });

  it("names what did not come back, and exits with 1", async () => {
    const one = await push("one", "v1");
    await remove(one);
    const absent = `sha256:${"0".repeat(64)}`;
    const { code, out } = await run("trash", "restore", name, one, absent);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^Restored ${one} as v1.\nNot restored: ${absent}: .+\n$`)),
    ]);
    expect(await run("trash", "restore", name, "ffff")).toMatchObject({
      ...{ code: 1, error: expect.stringContaining("has a digest that begins ffff") },
    });
    expect(await run("trash", "restore", "absent", absent)).toMatchObject({
      ...{ code: 1, error: expect.stringContaining("RepositoryNotFoundException") },
    });
  });

  it("brings a whole repository back where no image is named", async () => {
    await push("one", "v1");
    await registry.ask(deleteRepository, { repositoryName: name, force: true });
    const { code, out } = await run("trash", "restore", name);
    expect([code, out]).toEqual([0, `Restored the repository ${name}.\n`]);
    expect(await tags()).toEqual(["v1"]);
    expect(await run("trash", "restore", name)).toMatchObject({
      ...{ code: 1, error: expect.stringContaining("ResourceNotFoundException") },
    });
  });
});

describe("entrepot trash empty", () => {
  it("gives up what is there, but only when it is told to", async () => {
    const digest = await push("one", "v1");
    await remove(digest);
    const hesitant = await run("trash", "empty", name);
    expect([hesitant.code, hesitant.out]).toEqual([
      ...[2, "Gives up 1 image for good.\nNothing was changed. Do it: --yes\n"],
    ]);
    expect((await list()).images).toHaveLength(1);
    const { code, out } = await run("trash", "empty", name, "--yes");
    expect([code, out]).toEqual([
      ...[0, "Gave up 1 image; their bytes are free after the next garbage collection.\n"],
    ]);
    expect((await list()).images).toEqual([]);
    expect((await run("trash", "empty", name)).out).toBe("The trash is empty.\n");
  });

  it("gives up more than one call takes, and repositories of the name", async () => {
    await registry.ask(deleteRepository, { repositoryName: name });
    await registry.ask(createRepository, { repositoryName: name });
    const digests: string[] = [];
    for (let n = 0; n < 101; n += 1) digests.push(await registry.pushImage(name, `${n}`));
    await remove(...digests.slice(0, 100));
    await remove(...digests.slice(100));
    const told = await server.json<object>(["trash", "empty", name, "--yes"]);
    expect(told).toEqual({ images: 101, repositories: 1, done: true });
    expect(await list()).toEqual({ repositories: [], images: [] });
  });
});

describe("entrepot tag", () => {
  it("tells where a tag pointed, and points it back, out of the trash if need be", async () => {
    expect((await run("tag", "history", name, "latest")).out).toBe(
      "Nothing is known of that tag.\n",
    );
    const one = await push("one", "latest");
    server.store.clock.advance(1_000);
    const two = await push("two", "latest");
    await remove(one, two);
    const { code, out } = await run("tag", "history", name, "latest");
    expect(code).toBe(0);
    expect(out.replace(/^\S+Z +/gm, "")).toBe(`SINCE                 IMAGE
(removed)
${short(two)}
${short(one)}\n`);
    const { moves } = await server.json<{ moves: TagMove[] }>(["tag", "history", name, "latest"]);
    expect(moves.map(({ imageDigest }) => imageDigest)).toEqual([undefined, two, one]);
    const restored = await run("tag", "restore", name, "latest", short(one));
    expect([restored.code, restored.out]).toEqual([
      ...[0, `latest points at ${one}, which was brought back from the trash.\n`],
    ]);
    expect(await tags()).toEqual(["latest"]);
    expect(await run("tag", "restore", name, "latest", "ffff")).toMatchObject({
      ...{ code: 1, error: expect.stringContaining("image that latest has pointed at") },
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { listImages } from "./list-images.ts";

describe("ListImages", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  beforeEach(async () => {
    const one = await registry.pushImage(repositoryName, "one", { imageTag: "a" });
    const manifest = JSON.parse(await registry.manifestText(repositoryName, one));
    for (const imageTag of ["b", "c"])
      await registry.putManifest(repositoryName, manifest, { imageTag });
    await registry.pushImage(repositoryName, "two", { imageTag: "d" });
    await registry.pushImage(repositoryName, "three");
    await registry.pushImage(repositoryName, "four");
  });

  async function list(maxResults: number | undefined, filter?: object) {
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const input = { repositoryName, maxResults, nextToken, filter };
      const page = await registry.ask(listImages, input);
      expect(page.imageIds?.length).toBeLessThanOrEqual(maxResults ?? 100);
      for (const id of page.imageIds ?? []) seen.push(id.imageTag ?? `untagged ${id.imageDigest}`);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return seen;
  }

  it.each([1, 2, 3, 4, 5, 6, 7, undefined])(
    "has one entry for each tag and each untagged image, in pages of %s",
    async (maxResults) => {
      const seen = await list(maxResults);
      expect(seen.slice(0, 4)).toEqual(["a", "b", "c", "d"]);
      expect(new Set(seen).size).toBe(6);
      expect(seen).toHaveLength(6);
    },
  );

  it("narrows to tags, to untagged images, or to nothing", async () => {
    expect(await list(3, { tagStatus: "TAGGED" })).toEqual(["a", "b", "c", "d"]);
    expect(await list(4, { tagStatus: "TAGGED" })).toEqual(["a", "b", "c", "d"]);
    const untagged = await list(1, { tagStatus: "UNTAGGED" });
    expect(untagged.map((entry) => entry.split(" ")[0])).toEqual(["untagged", "untagged"]);
    expect(await list(1, { imageStatus: "ARCHIVED" })).toEqual([]);
  });

  it("goes on only with the listing that the token was made for", async () => {
    const { nextToken } = await registry.ask(listImages, { repositoryName, maxResults: 5 });
    const filter = { tagStatus: "UNTAGGED" };
    const asked = registry.ask(listImages, { repositoryName, nextToken, filter });
    await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
  });
});

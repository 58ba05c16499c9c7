import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { initiateLayerUpload } from "./initiate-layer-upload.ts";

describe("InitiateLayerUpload", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  it("answers an upload id and the part size that ECR advises", async () => {
    const answer = await registry.ask(initiateLayerUpload, { repositoryName: "team/app" });
    expect(answer.uploadId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(answer.partSize).toBe(10_485_760);
  });

  it("makes no repository", async () => {
    const asked = registry.ask(initiateLayerUpload, { repositoryName: "no/app" });
    await expect(asked).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  });
});

/** The command as it is typed, on a server that listens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../test/support/command-server.ts";

let server: CommandServer;

beforeAll(async () => {
  server = await openCommandServer();
  for (const repositoryName of ["team/app", "team/other"]) {
    await server.ask("ecr:CreateRepository", { repositoryName });
  }
});
afterAll(() => server.close());

it("copies by a tag or a digest, and says what is there", async () => {
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json" };
  const imageManifest = JSON.stringify({ ...index, manifests: [] });
  const put = { repositoryName: "team/app", imageManifest, imageTag: "v1" };
  await server.ask("ecr:PutImage", put);
  const done = await server.run(["copy-image", "team/app:v1", "team/other"]);
  expect(done).toMatchObject({ code: 0, error: "" });
  const [, digest = ""] =
    /^team\/other has (sha256:[0-9a-f]{64}) as well\.\n$/.exec(done.out) ?? [];
  const words = ["copy-image", `team/app@${digest}`, "team/other", "--tag", "v2", "--tag", "v3"];
  expect(await server.json(words)).toMatchObject({ imageDigest: digest, imageTags: ["v2", "v3"] });
  const unnamed = await server.run(["copy-image", "team/app", "team/other"]);
  expect(unnamed).toMatchObject({ code: 2, error: expect.stringContaining("repository:tag") });
});

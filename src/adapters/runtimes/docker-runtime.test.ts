import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { dockerDouble } from "../../../test/support/runtime-doubles.ts";
import { limits } from "../../registry/limits.ts";
import { DockerRuntime } from "./docker-runtime.ts";

const [one, two, three] = ["1", "2", "3"].map((n) => `sha256:${n.repeat(64)}`) as [
  string,
  string,
  string,
];

async function runtimeWith(...given: Parameters<typeof dockerDouble>): Promise<DockerRuntime> {
  const double = await dockerDouble(...given);
  onTestFinished(() => double.close());
  return new DockerRuntime(double.socket);
}

it("tells every name with a digest of the images of running containers", async () => {
  const runtime = await runtimeWith({
    "/containers/json": [
      { ImageID: "sha256:a", Image: "localhost:5050/team/app:v1" },
      { ImageID: "sha256:a", Image: "localhost:5050/team/app:v1" },
      { ImageID: "sha256:b", Image: "sha256:b" },
      { ImageID: "sha256:built", Image: "built-here" },
    ],
    "/images/sha256:a/json": {
      RepoDigests: [`localhost:5050/team/app@${one}`, `other.example/app@${one}`],
    },
    "/images/sha256:b/json": { RepoDigests: [`localhost:5050/team/tool@${two}`] },
    "/images/sha256:built/json": { RepoDigests: null },
  });
  const found = await runtime.runningImages();
  expect(new Set(found.map(({ repository, digest }) => `${repository}@${digest}`))).toEqual(
    new Set([
      `localhost:5050/team/app@${one}`,
      `other.example/app@${one}`,
      `localhost:5050/team/tool@${two}`,
    ]),
  );
});

it("tells the manifest that was chosen for this machine beside what was pulled", async () => {
  const runtime = await runtimeWith({
    "/containers/json": [
      { ImageID: one, Image: "h/app:1", ImageManifestDescriptor: { digest: two } },
    ],
    [`/images/${one}/json`]: { RepoDigests: [`h/app@${one}`] },
  });
  expect(await runtime.runningImages()).toEqual([
    { repository: "h/app", digest: one },
    { repository: "h/app", digest: two },
  ]);
});

it("knows an image that was removed under its container by the digest it was started by", async () => {
  const runtime = await runtimeWith({
    "/containers/json": [
      { ImageID: "sha256:gone", Image: `h/app:v1@${three}` },
      { ImageID: "../../secrets", Image: "h/app:v2" },
    ],
  });
  expect(await runtime.runningImages()).toEqual([{ repository: "h/app", digest: three }]);
});

it.each([
  ["nobody listens", undefined, /ENOENT/],
  ["it fails", { status: 500, body: "{}" }, /answers with status 500/],
  ["it speaks no JSON", { status: 200, body: "<html>" }, /does not speak like Docker/],
  ["it answers something else", { status: 200, body: "{}" }, /does not speak like Docker/],
  [
    "it answers too much",
    { status: 200, body: Buffer.alloc(limits.runtimeReplyBytes + 1) },
    /answers too much/,
  ],
])("says why when %s", async (_what, answer, sentence) => {
  const runtime =
    answer === undefined
      ? new DockerRuntime(join("/nowhere", "docker.sock"))
      : await runtimeWith({}, (_path, response) => {
          response.writeHead(answer.status).end(answer.body);
        });
  await expect(runtime.runningImages()).rejects.toThrow(sentence);
});

it("waits only so long for an answer", async () => {
  const double = await dockerDouble({}, () => {});
  onTestFinished(() => double.close());
  const asked = new DockerRuntime(double.socket, 100).runningImages();
  await expect(asked).rejects.toThrow("it does not answer in time");
});

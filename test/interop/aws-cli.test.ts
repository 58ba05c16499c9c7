import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCli } from "./aws-cli.ts";
import { type Blob, buildImage, mebibyte, mediaTypes, type TestImage } from "./image.ts";
import { account, type InteropRegistry, openRegistry, region, transports } from "./registry.ts";

let registry: InteropRegistry;
let files = 0;

beforeAll(async () => {
  registry = await openRegistry();
});

afterAll(async () => {
  await registry?.close();
});

function fileWith(content: Buffer): string {
  const path = join(registry.scratch, `file-${++files}`);
  writeFileSync(path, content);
  return path;
}

describe.each(transports)("AWS CLI over %s", (transport) => {
  const cli = () => new AwsCli(registry, transport);
  const aws = (...args: string[]) => cli().ask(...args);
  const refusal = (...args: string[]) => cli().refusal(...args);
  const ecr = (operation: string, ...args: string[]) => aws("ecr", operation, ...args);

  /** Uploads a layer as a script would: parts of the size that the service asks for. */
  async function uploadLayer(repository: string, { digest, content }: Blob) {
    const at = ["--repository-name", repository];
    const { uploadId, partSize } = await ecr("initiate-layer-upload", ...at);
    for (let first = 0; first < content.length; first += partSize) {
      const part = content.subarray(first, first + partSize);
      const last = first + part.length - 1;
      const { lastByteReceived } = await ecr(
        "upload-layer-part",
        ...[...at, "--upload-id", uploadId, "--part-first-byte", String(first)],
        ...["--part-last-byte", String(last), "--layer-part-blob", `fileb://${fileWith(part)}`],
      );
      expect(lastByteReceived).toBe(last);
    }
    return ecr(
      "complete-layer-upload",
      ...[...at, "--upload-id", uploadId, "--layer-digests", digest],
    );
  }

  async function pushImage(repository: string, image: TestImage, tag: string) {
    for (const layer of [image.config, ...image.layers]) await uploadLayer(repository, layer);
    return ecr(
      "put-image",
      ...["--repository-name", repository, "--image-tag", tag],
      ...["--image-manifest", `file://${fileWith(image.manifest.content)}`],
      ...["--image-manifest-media-type", mediaTypes.manifest],
    );
  }

  it("names who calls", async () => {
    expect(await aws("sts", "get-caller-identity")).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:root`,
    });
  });

  it("creates, describes, tags and deletes a repository", async () => {
    const repositoryName = `cli/life-${transport === "TLS" ? "tls" : "http"}`;
    const { repository } = await ecr(
      "create-repository",
      ...["--repository-name", repositoryName, "--image-tag-mutability", "IMMUTABLE"],
      ...["--image-scanning-configuration", "scanOnPush=true", "--tags", "Key=team,Value=core"],
    );
    expect(repository).toMatchObject({
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
      registryId: account,
      repositoryName,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: "AES256" },
    });
    expect(repository.repositoryUri).toBe(`${registry.address("plain HTTP")}/${repositoryName}`);
    const described = await ecr("describe-repositories", "--repository-names", repositoryName);
    expect(described.repositories).toEqual([repository]);

    const resource = ["--resource-arn", repository.repositoryArn];
    await ecr("tag-resource", ...resource, "--tags", "Key=stage,Value=test");
    await ecr("untag-resource", ...resource, "--tag-keys", "team");
    const { tags } = await ecr("list-tags-for-resource", ...resource);
    expect(tags).toEqual([{ Key: "stage", Value: "test" }]);

    await ecr("delete-repository", "--repository-name", repositoryName);
    expect(
      await refusal("ecr", "describe-repositories", "--repository-names", repositoryName),
    ).toBe(
      "An error occurred (RepositoryNotFoundException) when calling the DescribeRepositories " +
        `operation: The repository with name '${repositoryName}' does not exist in the registry ` +
        `with id '${account}'`,
    );
  });

  it("prints a password that /v2/ accepts", async () => {
    const password = await cli().print("ecr", "get-login-password");
    const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
    const answer = await fetch(`${registry.url("plain HTTP")}/v2/`, { headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  it("pushes an image by layer parts and reads it back", async () => {
    const repository = await registry.createRepository("cli-push");
    const at = ["--repository-name", repository];
    const image = buildImage({ layerSizes: [1_000, 21 * mebibyte] });
    const { image: put } = await pushImage(repository, image, "v1");
    expect(put.imageId).toEqual({ imageDigest: image.manifest.digest, imageTag: "v1" });

    const got = await ecr(
      "batch-get-image",
      ...at,
      "--image-ids",
      "imageTag=v1",
      "imageTag=absent",
    );
    expect(got.images[0].imageManifest).toBe(image.manifest.content.toString());
    expect(got.failures).toEqual([
      {
        imageId: { imageTag: "absent" },
        failureCode: "ImageNotFound",
        failureReason: "Requested image not found",
      },
    ]);
    const { imageDetails } = await ecr("describe-images", ...at);
    expect(imageDetails).toHaveLength(1);
    expect(imageDetails[0]).toMatchObject({
      imageDigest: image.manifest.digest,
      imageTags: ["v1"],
      imageManifestMediaType: mediaTypes.manifest,
      artifactMediaType: mediaTypes.config,
    });
    expect((await ecr("list-images", ...at)).imageIds).toEqual([put.imageId]);
    const { layers } = await ecr(
      "batch-check-layer-availability",
      ...[...at, "--layer-digests", image.layers[1]!.digest],
    );
    expect(layers[0]).toMatchObject({
      layerAvailability: "AVAILABLE",
      layerSize: image.layers[1]!.content.length,
    });
    const layer = ["--layer-digest", image.layers[0]!.digest];
    const { downloadUrl } = await ecr("get-download-url-for-layer", ...at, ...layer);
    expect(downloadUrl).toMatch(/^https?:\/\//);
  });

  it("moves a tag and deletes images", async () => {
    const repository = await registry.createRepository("cli-delete");
    const at = ["--repository-name", repository];
    const [first, second] = [buildImage(), buildImage()];
    await pushImage(repository, first, "latest");
    await pushImage(repository, second, "latest");
    const { imageIds } = await ecr("list-images", ...at, "--filter", "tagStatus=TAGGED");
    expect(imageIds).toEqual([{ imageDigest: second.manifest.digest, imageTag: "latest" }]);
    expect(await refusal("ecr", "delete-repository", ...at)).toContain(
      "(RepositoryNotEmptyException) when calling the DeleteRepository operation: The repository " +
        `with name '${repository}' in registry with id '${account}' cannot be deleted because it ` +
        "still contains images",
    );
    const deleted = await ecr(
      "batch-delete-image",
      ...[...at, "--image-ids", "imageTag=latest", `imageDigest=${first.manifest.digest}`],
    );
    expect(deleted.failures).toEqual([]);
    expect(deleted.imageIds).toHaveLength(2);
    expect((await ecr("list-images", ...at)).imageIds).toEqual([]);
    await ecr("delete-repository", ...at);
  });

  it("pages through listings", async () => {
    const repository = await registry.createRepository("cli-pages");
    const image = buildImage({ layerSizes: [1_000] });
    for (const tag of ["a", "b", "c"]) {
      if (tag === "a") await pushImage(repository, image, tag);
      else {
        await ecr(
          "put-image",
          ...["--repository-name", repository, "--image-tag", tag],
          ...["--image-manifest", image.manifest.content.toString()],
        );
      }
    }
    const { imageIds } = await ecr(
      "list-images",
      ...["--repository-name", repository, "--page-size", "2"],
    );
    expect(imageIds.map((id: { imageTag: string }) => id.imageTag).toSorted()).toEqual([
      ...["a", "b", "c"],
    ]);
  });

  it("prints ECR's own words when it is refused", async () => {
    const repository = await registry.createRepository("cli-errors");
    const at = ["--repository-name", repository];
    expect(await refusal("ecr", "create-repository", ...at)).toBe(
      "An error occurred (RepositoryAlreadyExistsException) when calling the CreateRepository " +
        `operation: The repository with name '${repository}' already exists in the registry with ` +
        `id '${account}'`,
    );
    expect(await refusal("ecr", "create-repository", "--repository-name", "Upper")).toContain(
      "(InvalidParameterException) when calling the CreateRepository operation: Invalid parameter " +
        "at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression",
    );
    expect(await refusal("ecr", "describe-images", ...at, "--image-ids", "imageTag=x")).toBe(
      "An error occurred (ImageNotFoundException) when calling the DescribeImages operation: The " +
        "image with imageId {imageDigest:'null', imageTag:'x'} does not exist within the " +
        `repository with name '${repository}' in the registry with id '${account}'`,
    );
    const { manifest, layers, config } = buildImage({ layerSizes: [1_000] });
    const put = [...at, "--image-manifest", manifest.content.toString()];
    const missing = await refusal("ecr", "put-image", ...put);
    expect(missing).toContain("(LayersNotFoundException) when calling the PutImage operation");
    for (const { digest } of [config, ...layers]) expect(missing).toContain(digest);
  });

  it("is refused with a wrong secret and with an unknown key", async () => {
    const who = ["ecr", "describe-repositories"];
    const wrongSecret = cli().with({ AWS_SECRET_ACCESS_KEY: "x".repeat(40) });
    expect(await wrongSecret.refusal(...who)).toContain("(InvalidSignatureException)");
    const unknownKey = cli().with({ AWS_ACCESS_KEY_ID: "AKIAABCDEFGHIJKLMNOP" });
    expect(await unknownKey.refusal(...who)).toContain(
      "(UnrecognizedClientException) when calling the DescribeRepositories operation: The security " +
        "token included in the request is invalid",
    );
  });
});

it("AWS CLI refuses TLS under an authority that it was not told to trust", async () => {
  const distrustful = new AwsCli(registry, "TLS", { AWS_CA_BUNDLE: undefined });
  expect(await distrustful.refusal("ecr", "describe-repositories")).toContain(
    "SSL validation failed",
  );
});

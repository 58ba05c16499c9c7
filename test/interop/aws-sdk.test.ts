import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  type ECRClient,
  EmptyUploadException,
  GetDownloadUrlForLayerCommand,
  ImageAlreadyExistsException,
  InitiateLayerUploadCommand,
  InvalidLayerException,
  InvalidLayerPartException,
  LayerPartTooSmallException,
  LayersNotFoundException,
  PutImageCommand,
  paginateDescribeRepositories,
  RepositoryNotFoundException,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Blob, blob, buildImage, mebibyte, mediaTypes } from "./image.ts";
import { ecrClient, type InteropRegistry, openRegistry, region, transports } from "./registry.ts";
import { fail, succeed } from "./run-program.ts";

let registry: InteropRegistry;

beforeAll(async () => {
  registry = await openRegistry();
});

afterAll(async () => {
  await registry?.close();
});

/** Fetches a URL as any HTTP client would, trusting the registry's authority. */
function download(url: string): Promise<{ status: number | undefined; content: Buffer }> {
  return new Promise((resolve, reject) => {
    const read = async (answer: IncomingMessage) => {
      const pieces: Buffer[] = [];
      for await (const piece of answer) pieces.push(piece);
      resolve({ status: answer.statusCode, content: Buffer.concat(pieces) });
    };
    const request = url.startsWith("https:")
      ? getSecure(url, { ca: registry.server.ca }, (answer) => void read(answer).catch(reject))
      : getPlain(url, (answer) => void read(answer).catch(reject));
    request.on("error", reject);
  });
}

describe.each(transports)("AWS SDK for JavaScript over %s", (transport) => {
  let ecr: ECRClient;
  beforeAll(() => {
    ecr = ecrClient(registry.server, transport);
  });
  afterAll(() => ecr?.destroy());

  async function startUpload(repositoryName: string) {
    const started = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
    return { repositoryName, uploadId: started.uploadId!, partSize: started.partSize! };
  }

  type UploadInProgress = Awaited<ReturnType<typeof startUpload>>;

  function sendPart({ repositoryName, uploadId }: UploadInProgress, first: number, part: Buffer) {
    const range = { partFirstByte: first, partLastByte: first + part.length - 1 };
    return ecr.send(
      new UploadLayerPartCommand({ repositoryName, uploadId, ...range, layerPartBlob: part }),
    );
  }

  function complete({ repositoryName, uploadId }: UploadInProgress, digest: string) {
    const layerDigests = [digest];
    return ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests }));
  }

  async function uploadLayer(repositoryName: string, { digest, content }: Blob) {
    const upload = await startUpload(repositoryName);
    for (let first = 0; first < content.length; first += upload.partSize) {
      await sendPart(upload, first, content.subarray(first, first + upload.partSize));
    }
    return complete(upload, digest);
  }

  it("pushes an image with a layer of 60 MiB and pulls it again", async () => {
    const repositoryName = await registry.createRepository("sdk");
    const image = buildImage({ layerSizes: [1_000, 60 * mebibyte] });
    for (const layer of [image.config, ...image.layers]) {
      const { layerDigest } = await uploadLayer(repositoryName, layer);
      expect(layerDigest).toBe(layer.digest);
    }
    const imageManifest = image.manifest.content.toString();
    const put = await ecr.send(
      new PutImageCommand({ repositoryName, imageManifest, imageTag: "v1" }),
    );
    expect(put.image?.imageId?.imageDigest).toBe(image.manifest.digest);

    const { images } = await ecr.send(
      new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: "v1" }] }),
    );
    expect(images).toHaveLength(1);
    expect(images![0]).toMatchObject({
      imageManifest,
      imageManifestMediaType: mediaTypes.manifest,
      imageId: { imageDigest: image.manifest.digest, imageTag: "v1" },
    });
    for (const { digest, content } of [image.config, ...image.layers]) {
      const { downloadUrl } = await ecr.send(
        new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digest }),
      );
      const downloaded = await download(downloadUrl!);
      expect(downloaded.status).toBe(200);
      expect(downloaded.content.equals(content)).toBe(true);
    }
  });

  it("hands out a download URL that cannot be altered", async () => {
    const repositoryName = await registry.createRepository("sdk-url");
    const image = buildImage({ layerSizes: [1_000] });
    for (const layer of [image.config, ...image.layers]) await uploadLayer(repositoryName, layer);
    const imageManifest = image.manifest.content.toString();
    await ecr.send(new PutImageCommand({ repositoryName, imageManifest }));
    const { downloadUrl } = await ecr.send(
      new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: image.layers[0]!.digest }),
    );
    const url = downloadUrl!;
    expect((await download(url)).status).toBe(200);
    const path = url.indexOf("/", "https://".length) + 1;
    for (const at of [path + 40, Math.floor((path + url.length) / 2), url.length - 5]) {
      const altered = `${url.slice(0, at)}${url[at] === "A" ? "B" : "A"}${url.slice(at + 1)}`;
      expect((await download(altered)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it("gets typed errors with their members", async () => {
    const repositoryName = await registry.createRepository("sdk-errors");
    const upload = await startUpload(repositoryName);
    await expect(complete(upload, blob(Buffer.from("x")).digest)).rejects.toBeInstanceOf(
      EmptyUploadException,
    );
    await sendPart(upload, 0, Buffer.alloc(100));
    const gap: unknown = await sendPart(upload, 200, Buffer.alloc(100)).catch((error) => error);
    expect(gap).toBeInstanceOf(InvalidLayerPartException);
    expect(gap).toMatchObject({
      message: "First byte of the layer part is 200 instead of 100",
      registryId: "000000000000",
      repositoryName,
      uploadId: upload.uploadId,
      lastValidByteReceived: 99,
    });
    await expect(complete(upload, blob(Buffer.from("x")).digest)).rejects.toBeInstanceOf(
      InvalidLayerException,
    );
    const small = await startUpload(repositoryName);
    await sendPart(small, 0, Buffer.alloc(100));
    await sendPart(small, 100, Buffer.alloc(100));
    await expect(complete(small, blob(Buffer.alloc(200)).digest)).rejects.toBeInstanceOf(
      LayerPartTooSmallException,
    );
    await expect(startUpload("interop/nowhere")).rejects.toBeInstanceOf(
      RepositoryNotFoundException,
    );
    await expect(
      ecr.send(
        new GetDownloadUrlForLayerCommand({
          repositoryName,
          layerDigest: blob(Buffer.from("absent")).digest,
        }),
      ),
    ).rejects.toBeInstanceOf(LayersNotFoundException);
  });

  it("is told when an image is already there, and which layers are", async () => {
    const repositoryName = await registry.createRepository("sdk-again");
    const image = buildImage({ layerSizes: [1_000] });
    for (const layer of [image.config, ...image.layers]) await uploadLayer(repositoryName, layer);
    const put = new PutImageCommand({
      repositoryName,
      imageManifest: image.manifest.content.toString(),
      imageTag: "v1",
    });
    await ecr.send(put);
    await expect(ecr.send(put)).rejects.toBeInstanceOf(ImageAlreadyExistsException);
    const absent = blob(Buffer.from("absent")).digest;
    const { layers } = await ecr.send(
      new BatchCheckLayerAvailabilityCommand({
        repositoryName,
        layerDigests: [image.layers[0]!.digest, absent],
      }),
    );
    const availability = new Map(layers?.map((it) => [it.layerDigest, it.layerAvailability]));
    expect(availability.get(image.layers[0]!.digest)).toBe("AVAILABLE");
    expect(availability.get(absent)).not.toBe("AVAILABLE");
    const gone = await ecr.send(
      new BatchDeleteImageCommand({
        repositoryName,
        imageIds: [{ imageDigest: image.manifest.digest }, { imageTag: "absent" }],
      }),
    );
    expect(gone.imageIds).toEqual([{ imageDigest: image.manifest.digest, imageTag: "v1" }]);
    expect(gone.failures?.[0]?.failureCode).toBe("ImageNotFound");
  });

  it("pages through repositories", async () => {
    const created = new Set<string>();
    for (let count = 0; count < 5; count++) {
      created.add(await registry.createRepository("sdk-page"));
    }
    const seen: string[] = [];
    for await (const page of paginateDescribeRepositories({ client: ecr, pageSize: 2 }, {})) {
      expect(page.repositories!.length).toBeLessThanOrEqual(2);
      seen.push(...page.repositories!.map((repository) => repository.repositoryName!));
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const name of created) expect(seen).toContain(name);
  });
});

describe("AWS SDK for JavaScript in a program of its own", () => {
  const script = `
    import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
    const ecr = new ECRClient({ maxAttempts: 1 });
    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
    console.log(repositories.map((each) => each.repositoryName).join());
  `;
  const args = ["--input-type=module", "--eval", script];
  const environment = () => ({
    AWS_ACCESS_KEY_ID: registry.server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: registry.server.secretAccessKey,
    AWS_REGION: region,
    AWS_ENDPOINT_URL_ECR: registry.url("TLS"),
  });

  it("trusts the registry by NODE_EXTRA_CA_CERTS", async () => {
    const repository = await registry.createRepository("sdk-extra");
    const env = { ...environment(), NODE_EXTRA_CA_CERTS: registry.caFile };
    expect((await succeed(process.execPath, args, { env })).stdout).toContain(repository);
  });

  it("does not trust the registry without it", async () => {
    const { output } = await fail(process.execPath, args, { env: environment() });
    expect(output).toMatch(/unable to verify|self-signed certificate|unable to get/i);
  });
});

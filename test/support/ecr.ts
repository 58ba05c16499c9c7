import { createHash } from "node:crypto";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { completeLayerUpload } from "../../src/operations/ecr/complete-layer-upload.ts";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { uploadLayerPart } from "../../src/operations/ecr/upload-layer-part.ts";
import type { Environment, Operation } from "../../src/operations/operation.ts";
import { type Observer, perform } from "../../src/operations/perform.ts";
import type { Deployment } from "../../src/registry/deployment.ts";
import { type Caller, rootPrincipal } from "../../src/registry/identity/principal.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { testOrganization } from "./organization.ts";
import { type TestPorts, testPorts } from "./ports.ts";

export const account = "000000000000" as AccountId;
export const otherAccount = "111111111111" as AccountId;
const region = "us-east-1" as Region;

export const deployment: Deployment = {
  account,
  region,
  regions: [region, "eu-west-1" as Region],
  domain: "localhost",
  version: "1.2.3",
  httpPort: 5050,
  httpsPort: 5443,
  trashMs: 0,
};

/** The root of the account, at the door of its own registry. */
export function callerOf(principalAccount: AccountId): Caller {
  return {
    principal: rootPrincipal(principalAccount, "AKIAEXAMPLE"),
    region,
    account: principalAccount,
    requestId: "00000000-0000-4000-8000-000000000000",
    sourceIp: "127.0.0.1",
    userAgent: "test",
    origin: "http://localhost:5050",
  };
}

type Answer<Asked extends Operation> = Awaited<ReturnType<Asked["handle"]>>;

/** The operations on real adapters, asked as a door asks them. */
export class TestRegistry {
  readonly #opened: TestPorts;
  readonly environment: Environment & { observer: Observer };

  constructor(opened: TestPorts) {
    this.#opened = opened;
    this.environment = {
      ports: opened.ports,
      deployment,
      organization: testOrganization,
      observer: { performed: () => undefined },
    };
  }

  get clock() {
    return this.#opened.clock;
  }

  /** Every row of every table. */
  dump(): Promise<string> {
    return this.#opened.dump();
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  /** The answer as a client reads it. */
  async ask<Asked extends Operation>(
    operation: Asked,
    input: unknown,
    caller = callerOf(account),
  ): Promise<Answer<Asked>> {
    const answer = await perform(this.environment, operation, input, caller);
    // Where AWS Query has no answer, there is none.
    const text = JSON.stringify(answer) ?? "null";
    return JSON.parse(text) as Answer<Asked>;
  }

  /** From here on what is deleted lies in the trash for so many days. */
  keepTrash(days: number): void {
    const trashMs = days * 86_400_000;
    Object.assign(this.environment, { deployment: { ...deployment, trashMs } });
  }

  async createRepository(repositoryName: string): Promise<void> {
    await this.ask(createRepository, { repositoryName });
  }

  /** Uploads the bytes as one layer, and says its digest. */
  async pushLayer(repositoryName: string, content: Uint8Array): Promise<string> {
    const { uploadId } = await this.ask(initiateLayerUpload, { repositoryName });
    await this.ask(uploadLayerPart, {
      repositoryName,
      uploadId,
      partFirstByte: 0,
      partLastByte: content.length - 1,
      layerPartBlob: Buffer.from(content).toString("base64"),
    });
    const layerDigests = [digestOf(content)];
    await this.ask(completeLayerUpload, { repositoryName, uploadId, layerDigests });
    return digestOf(content);
  }

  /** Pushes an image without layers, whose `content` makes it differ from others; says its digest. */
  async pushImage(repositoryName: string, content: string, more: object = {}): Promise<string> {
    const config = Buffer.from(JSON.stringify({ content }));
    await this.pushLayer(repositoryName, config);
    return this.putManifest(repositoryName, imageManifest(config), more);
  }

  async putManifest(repositoryName: string, manifest: object, more: object = {}): Promise<string> {
    const imageManifest = JSON.stringify(manifest);
    const input = { repositoryName, imageManifest, ...more };
    const { image } = await this.ask(putImage, input);
    return image?.imageId?.imageDigest ?? "";
  }

  async manifestText(repositoryName: string, imageDigest: string): Promise<string> {
    const { images } = await this.ask(batchGetImage, {
      repositoryName,
      imageIds: [{ imageDigest }],
    });
    return images?.[0]?.imageManifest ?? "";
  }
}

export async function openTestRegistry(): Promise<TestRegistry> {
  return new TestRegistry(await testPorts());
}

export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const ociIndex = "application/vnd.oci.image.index.v1+json";
export const ociConfig = "application/vnd.oci.image.config.v1+json";

/** An OCI manifest with this config and these layers. */
export function imageManifest(config: Uint8Array, ...layers: Uint8Array[]) {
  const descriptor = (mediaType: string, content: Uint8Array) => ({
    mediaType,
    digest: digestOf(content),
    size: content.length,
  });
  return {
    schemaVersion: 2,
    mediaType: ociManifest,
    config: descriptor(ociConfig, config),
    layers: layers.map((layer) => descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)),
  };
}

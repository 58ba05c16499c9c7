import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { TrailTarget } from "../../ports/trail-target.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { type S3ClientOptions, s3Client } from "./s3-client.ts";
import { StoreError, saysAbsent, storeError } from "./s3-errors.ts";

export interface TrailBucketOptions extends S3ClientOptions {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  /** The store encrypts: with keys of its own, or with a key of its key service. */
  readonly serverSideEncryption?: "AES256" | { readonly kmsKeyId?: string | undefined };
}

/** Few at a time, each small. */
const connections = { connections: 8, patience: 1 };

/**
 * A bucket that trails write to. The signature of a digest is the object's metadata, as CloudTrail's are:
 * `signature` and `signature-algorithm`.
 */
export class TrailBucket implements TrailTarget {
  readonly #options: TrailBucketOptions;
  readonly #client: S3Client;

  constructor(options: TrailBucketOptions) {
    this.#options = options;
    this.#client = s3Client(options, connections);
  }

  async write(name: string, content: Uint8Array, signature?: string): Promise<void> {
    const Metadata =
      signature === undefined ? undefined : { signature, "signature-algorithm": "SHA256withRSA" };
    await said("PutObject", () =>
      this.#client.send(
        new PutObjectCommand({
          ...this.#at(name),
          ...this.#encryption(),
          Body: content,
          ContentType: "application/json",
          // Of an SBOM's file it would be wrong, and who asks for it by HTTP would unpack it in vain.
          ...(name.endsWith(".gz") && { ContentEncoding: "gzip" }),
          ...(Metadata && { Metadata }),
        }),
      ),
    );
  }

  async read(name: string): Promise<{ content: Uint8Array; signature?: string } | undefined> {
    try {
      return await said("GetObject", async () => {
        const answer = await this.#client.send(new GetObjectCommand(this.#at(name)));
        const { Body, ContentLength = 0, Metadata } = answer;
        if (Body === undefined || ContentLength > trailLimits.objectBytes) {
          throw new StoreError("TooLarge", 0, `GetObject: ${name} is too large`);
        }
        const content = await Body.transformToByteArray();
        const signature = Metadata?.signature;
        return signature === undefined ? { content } : { content, signature };
      });
    } catch (error) {
      if (error instanceof StoreError && saysAbsent(error)) return undefined;
      throw error;
    }
  }

  async *list(): AsyncIterable<string> {
    const { bucket: Bucket, prefix: Prefix } = this.#options;
    let ContinuationToken: string | undefined;
    do {
      const page = await said("ListObjectsV2", () =>
        this.#client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })),
      );
      for (const { Key } of page.Contents ?? []) {
        if (Key !== undefined) yield Key.slice(Prefix.length);
      }
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  close(): void {
    this.#client.destroy();
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: this.#options.prefix + name };
  }

  #encryption() {
    const { serverSideEncryption: encryption } = this.#options;
    if (encryption === undefined) return {};
    return typeof encryption === "object"
      ? { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: encryption.kmsKeyId }
      : { ServerSideEncryption: encryption };
  }
}

async function said<T>(operation: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw error instanceof StoreError ? error : storeError(operation, error);
  }
}

import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  type StorageClass,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type S3ClientOptions, s3Client } from "./s3-client.ts";
import { refusesTheWay, StoreError, saysContended, unavailable } from "./s3-errors.ts";
import { isArchivedName } from "./s3-place.ts";
import { causeOf, failureOf, refusing, said, unlessAbsent } from "./s3-said.ts";

export interface S3BucketOptions extends S3ClientOptions {
  readonly bucket: string;
  /** What is archived is kept in it. Nothing is archived without it. */
  readonly archiveClass?: string | undefined;
  /** The store encrypts: with keys of its own, or with a key of its key service, named or its usual one. */
  readonly serverSideEncryption?: "AES256" | { readonly kmsKeyId?: string | undefined };
}

/** A multipart upload that is under way. */
export interface Multipart {
  readonly name: string;
  readonly id: string;
}

/** An answer to a GET whose body is still coming. */
export interface Incoming {
  readonly body: Readable;
  /** Of the whole object. */
  readonly totalBytes: number;
}

/** What has bodies to read, apart from the others: slow readers hold nobody else up. */
const forReading = { connections: 256, patience: 1 };
const forWriting = { connections: 64, patience: 1 };
/** What moves many bytes inside the store: some answer only when the last one is moved. */
const forMoving = { connections: 32, patience: 10 };
/** How often, and how far apart at first, a write is tried that meets another of the same name. */
const contendedTries = 5;
const contendedPauseMs = 25;

/**
 * The requests that the store takes, each with bounded retries. What they reject with is a refusal
 * whose cause tells what the store said.
 */
export class S3Bucket {
  readonly bucket: string;
  readonly #options: S3BucketOptions;
  readonly #reader: S3Client;
  readonly #writer: S3Client;
  readonly #mover: S3Client;
  /** Whether the store knows how to refuse to write over an object. */
  #conditional = true;

  constructor(options: S3BucketOptions) {
    this.bucket = options.bucket;
    this.#options = options;
    this.#reader = s3Client(options, forReading);
    this.#writer = s3Client(options, forWriting);
    this.#mover = s3Client(options, forMoving);
  }

  close(): void {
    this.#reader.destroy();
    this.#writer.destroy();
    this.#mover.destroy();
  }

  /** Whether there is such a bucket and it may be listed. @throws StoreError */
  async check(prefix: string): Promise<void> {
    const { bucket: Bucket } = this;
    await said("ListObjectsV2", () =>
      this.#writer.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 1 })),
    );
  }

  async put(name: string, body: Buffer, signal?: AbortSignal): Promise<void> {
    await this.#written(name, body.length, "PutObject", (IfNoneMatch) =>
      this.#writer.send(
        new PutObjectCommand({ ...this.#new(name), Body: body, IfNoneMatch }),
        abortable(signal),
      ),
    );
  }

  /** Also over what is there. */
  async replace(name: string, body: Buffer): Promise<void> {
    await refusing("PutObject", () =>
      this.#writer.send(new PutObjectCommand({ ...this.#new(name), Body: body })),
    );
  }

  /** A copy of another object, which has that length. It is there, and that long, when this resolves. */
  async copy(name: string, source: string, lengthBytes: number): Promise<void> {
    const operation = "CopyObject";
    await this.#written(name, lengthBytes, operation, async () => {
      const { CopyObjectResult } = await this.#mover.send(
        new CopyObjectCommand({
          ...this.#new(name),
          CopySource: this.#source(source),
          MetadataDirective: "REPLACE", // Else the content type is the source's.
        }),
      );
      // A 200 that carries an error. The SDK finds those that end in one exactly.
      if (CopyObjectResult?.ETag === undefined) throw incomplete(operation);
    });
  }

  async begin(name: string, signal?: AbortSignal): Promise<Multipart> {
    const { UploadId: id } = await refusing("CreateMultipartUpload", () =>
      this.#writer.send(new CreateMultipartUploadCommand(this.#new(name)), abortable(signal)),
    );
    if (id === undefined) throw unavailable(incomplete("CreateMultipartUpload"));
    return { name, id };
  }

  /** @returns what `complete` names the part by */
  async part(
    { name, id }: Multipart,
    PartNumber: number,
    body: Buffer,
    signal?: AbortSignal,
  ): Promise<string> {
    const { ETag } = await refusing("UploadPart", () =>
      this.#writer.send(
        new UploadPartCommand({ ...this.#at(name), UploadId: id, PartNumber, Body: body }),
        abortable(signal),
      ),
    );
    if (ETag === undefined) throw unavailable(incomplete("UploadPart"));
    return ETag;
  }

  /** A part from the bytes `start` to `end`, inclusive, of another object. */
  async copyPart(
    { name, id }: Multipart,
    PartNumber: number,
    source: string,
    { start, end }: { start: number; end: number },
    signal?: AbortSignal,
  ): Promise<string> {
    const { CopyPartResult } = await refusing("UploadPartCopy", () =>
      this.#mover.send(
        new UploadPartCopyCommand({
          ...this.#at(name),
          UploadId: id,
          PartNumber,
          CopySource: this.#source(source),
          CopySourceRange: `bytes=${start}-${end}`,
        }),
        abortable(signal),
      ),
    );
    if (CopyPartResult?.ETag === undefined) throw unavailable(incomplete("UploadPartCopy"));
    return CopyPartResult.ETag;
  }

  /** Makes the parts the object. It is there, and that long, when this resolves. */
  async complete(multipart: Multipart, etags: string[], lengthBytes: number): Promise<void> {
    const { name, id } = multipart;
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const operation = "CompleteMultipartUpload";
    const failure = await this.#written(name, lengthBytes, operation, async (IfNoneMatch) => {
      const { ETag } = await this.#mover.send(
        new CompleteMultipartUploadCommand({
          ...this.#at(name),
          UploadId: id,
          MultipartUpload: { Parts },
          IfNoneMatch,
        }),
      );
      // A 200 that carries an error. The SDK finds those that end in one exactly.
      if (ETag === undefined) throw incomplete(operation);
    });
    // Refused, and there all the same: as a rule by another process, and these parts are left over.
    if (failure !== undefined) await this.abort(multipart).catch(() => undefined);
  }

  /** Aborting what is not there is not an error. */
  async abort({ name, id }: Multipart): Promise<void> {
    await refusing("AbortMultipartUpload", () =>
      this.#writer.send(new AbortMultipartUploadCommand({ ...this.#at(name), UploadId: id })),
    ).catch((error) => {
      if (causeOf(error)?.code !== "NoSuchUpload") throw error;
    });
  }

  /** `undefined` when there is no such object. */
  async sizeOf(name: string): Promise<number | undefined> {
    const answer = await unlessAbsent("HeadObject", () =>
      this.#writer.send(new HeadObjectCommand(this.#at(name))),
    );
    return answer?.ContentLength;
  }

  /**
   * The bytes from `start` to `end`, inclusive, or to the last one; `undefined` when there is no such
   * object. Whoever reads the body must listen for its errors.
   */
  async get(name: string, start: number, end: number | undefined): Promise<Incoming | undefined> {
    const Range = `bytes=${start}-${end ?? ""}`;
    const answer = await unlessAbsent("GetObject", () =>
      this.#reader.send(new GetObjectCommand({ ...this.#at(name), Range })),
    );
    if (answer === undefined) return undefined;
    const body = answer.Body as Readable;
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? "");
    if (range !== null && Number(range[1]) === start) return { body, totalBytes: Number(range[2]) };
    // A store that knows no ranges, or none of the whole, sends everything.
    if (range === null && start === 0 && answer.ContentLength !== undefined) {
      return { body, totalBytes: answer.ContentLength };
    }
    body.destroy();
    throw unavailable(incomplete("GetObject"));
  }

  /** A small object's content. */
  async text(name: string): Promise<string | undefined> {
    const answer = await unlessAbsent("GetObject", async () => {
      const { Body } = await this.#reader.send(new GetObjectCommand(this.#at(name)));
      return { text: await Body?.transformToString() };
    });
    return answer?.text;
  }

  /** Removing what is not there is not an error. */
  async remove(name: string): Promise<void> {
    await unlessAbsent("DeleteObject", () =>
      this.#writer.send(new DeleteObjectCommand(this.#at(name))),
    );
  }

  async *names(prefix: string): AsyncIterable<{ name: string; sizeBytes: number }> {
    const { bucket: Bucket } = this;
    let ContinuationToken: string | undefined;
    do {
      const page = await refusing("ListObjectsV2", () =>
        this.#writer.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken })),
      );
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined && Size !== undefined) yield { name: Key, sizeBytes: Size };
      }
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  /** What is under way; nothing where the store does not tell. */
  async *multiparts(prefix: string): AsyncIterable<Multipart & { begunAt: number }> {
    const { bucket: Bucket } = this;
    let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await refusing("ListMultipartUploads", () =>
        this.#writer.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...after })),
      ).catch((error) => {
        if (causeOf(error)?.status !== 501) throw error;
      });
      for (const { Key: name, UploadId: id, Initiated } of page?.Uploads ?? []) {
        if (name === undefined || id === undefined || !name.startsWith(prefix)) continue;
        yield { name, id, begunAt: Initiated?.getTime() ?? 0 };
      }
      if (page?.IsTruncated !== true) return;
      after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
  }

  /** Where anyone may read the object for some time. */
  presign(name: string, expiresIn: number, ResponseContentType?: string): Promise<string> {
    return refusing("GetObject", () =>
      getSignedUrl(this.#reader, new GetObjectCommand({ ...this.#at(name), ResponseContentType }), {
        expiresIn,
      }),
    );
  }

  #source(name: string): string {
    return [this.bucket, ...name.split("/")].map(encodeURIComponent).join("/");
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: name };
  }

  /** What every new object is made with. */
  #new(name: string) {
    const { archiveClass, serverSideEncryption: encryption } = this.#options;
    const storageClass = isArchivedName(name) ? archiveClass : undefined;
    const keyed =
      typeof encryption === "object"
        ? { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: encryption.kmsKeyId }
        : { ServerSideEncryption: encryption };
    return {
      ...this.#at(name),
      ContentType: "application/octet-stream", // What a client sees that fetches it by its URL.
      ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
      ...(encryption === undefined ? {} : keyed),
    };
  }

  /**
   * Writes, never over another object, and makes sure of the outcome: an answer may be lost, or lie,
   * and a request that is repeated after its first try went well is told that it comes too late. Names
   * are written once, or always with the same bytes: what is there at its full length is what was sent.
   * While somebody else writes it, a store may refuse and not show it yet: S3 says so with a 409, others
   * put what they have in place in two steps. So that is tried again.
   * @returns what the store said if it refused, although the object is there
   */
  async #written(
    name: string,
    lengthBytes: number,
    operation: string,
    write: (ifNoneMatch: string | undefined) => Promise<unknown>,
  ): Promise<StoreError | undefined> {
    for (let tries = 1; ; tries++) {
      const failure = await this.#ifAbsent(operation, write);
      if (failure?.code === "AbortError") throw unavailable(failure);
      const present = await this.sizeOf(name).catch((error: unknown) => {
        throw failure === undefined ? error : unavailable(failure); // The first tells more.
      });
      if (present === lengthBytes) return failure;
      const isContended = failure !== undefined && saysContended(failure);
      if (!isContended || tries === contendedTries) {
        throw unavailable(failure ?? incomplete(operation));
      }
      await pause((0.5 + Math.random()) * contendedPauseMs * 2 ** tries);
    }
  }

  async #ifAbsent(
    operation: string,
    write: (ifNoneMatch: string | undefined) => Promise<unknown>,
  ): Promise<StoreError | undefined> {
    const failure = await failureOf(operation, () => write(this.#conditional ? "*" : undefined));
    if (!this.#conditional || failure === undefined || !refusesTheWay(failure)) return failure;
    const again = await failureOf(operation, () => write(undefined));
    // Names are made of random digits: without the condition, too, nobody meets another's object.
    if (again === undefined) this.#conditional = false;
    return again;
  }
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function incomplete(operation: string): StoreError {
  return new StoreError("IncompleteAnswer", 0, `${operation}: the answer lacks what it must have`);
}

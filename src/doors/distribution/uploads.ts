import {
  algorithmOf,
  type DigestAlgorithm,
  isDigestAlgorithm,
  usualAlgorithm,
} from "../../registry/digest.ts";
import { completeUpload } from "../../registry/layers/complete-upload.ts";
import type { Layer } from "../../registry/layers/layer.ts";
import { mountLayer } from "../../registry/layers/mount-layer.ts";
import type { Upload } from "../../registry/layers/upload.ts";
import {
  appendToUpload,
  cancelUpload,
  newUploadId,
  startUpload,
  uploadNotFound,
  uploadStatus,
} from "../../registry/layers/upload-layer.ts";
import {
  type Digest,
  isDigest,
  isRepositoryName,
  isUploadId,
  type UploadId,
} from "../../registry/names.ts";
import { parseChunkRange } from "./byte-range.ts";
import { createdOnPush } from "./create-on-push.ts";
import {
  type Exchange,
  mayDo,
  repositoryUrl,
  requireDigest,
  unsupportedAlgorithm,
} from "./exchange.ts";
import { hasBody, type RequestBody, requestBody } from "./request-body.ts";
import { tellPlainUpload, tellUpload } from "./tell-audit.ts";
import { apiVersion, BadRequest } from "./wire-errors.ts";

/** Actions that a POST needs: with `digest` it is a whole push in one request. */
export function postActions({ query }: Exchange): readonly string[] {
  return query.has("digest")
    ? ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"]
    : ["ecr:InitiateLayerUpload"];
}

/** Actions that a PUT needs: its body, if it has one, is a part. */
export function putActions({ request }: Exchange): readonly string[] {
  return hasBody(request)
    ? ["ecr:CompleteLayerUpload", "ecr:UploadLayerPart"]
    : ["ecr:CompleteLayerUpload"];
}

/** POST: a mount, a push in one request, or a new session. */
export async function postUpload(exchange: Exchange): Promise<void> {
  const { environment, registry, name, query } = exchange;
  const algorithm = announcedAlgorithm(query);
  const mounted = await createdOnPush(exchange, () => mount(exchange));
  if (mounted !== undefined) {
    sendCreated(exchange, mounted);
    return;
  }
  tellPlainUpload(exchange);
  const whole = query.has("digest") ? requireDigest(query.get("digest")) : undefined;
  const id = newUploadId();
  tellUpload(exchange, id);
  const upload = await createdOnPush(exchange, () =>
    startUpload(environment.ports, registry, name, algorithm, id),
  );
  if (whole !== undefined) await pushWhole(exchange, upload, whole);
  else sendProgress(exchange, 202, upload);
}

/**
 * By which algorithm the bytes that are to come will be named, as far as the request tells.
 * Source: OCI Distribution, "Pushing a blob in chunks".
 * @throws BadRequest for an algorithm that no digest here can have
 */
function announcedAlgorithm(query: URLSearchParams): DigestAlgorithm {
  const said = query.get("digest-algorithm");
  if (said !== null) {
    if (isDigestAlgorithm(said)) return said;
    throw unsupportedAlgorithm();
  }
  const digest = query.get("digest") ?? query.get("mount");
  return digest !== null && isDigest(digest) ? algorithmOf(digest) : usualAlgorithm;
}

/** Whatever cannot be mounted becomes an ordinary upload (OCI 1.1, "Mounting a blob"). */
async function mount(exchange: Exchange): Promise<Layer | undefined> {
  const { environment, registry, name, query } = exchange;
  const digest = query.get("mount");
  const named = query.get("from") || undefined;
  if (digest === null || !isDigest(digest)) return undefined;
  const from = named && ((await exchange.sourceOf(named)) ?? "");
  if (from !== undefined && !isRepositoryName(from)) return undefined;
  return mountLayer(environment.ports, { registry, name }, digest, from, (source) =>
    mayDo(exchange, "ecr:GetDownloadUrlForLayer", source.name),
  );
}

async function pushWhole(exchange: Exchange, upload: Upload, digest: Digest): Promise<void> {
  const { environment, registry, name } = exchange;
  const { ports } = environment;
  try {
    const { layer } = await withBody(exchange, (content) =>
      completeUpload(ports, registry, name, upload.id, digest, {
        content,
        given: true,
        repeatable: false, // The session is of this request alone.
        emptyAllowed: true,
        enforcePartSize: false,
      }),
    );
    sendCreated(exchange, layer);
  } catch (error) {
    // Nobody was told of the session, so nobody could go on with it. Where it cannot be removed now,
    // it expires like any other; the client is to hear of the first failure.
    await cancelUpload(ports, registry, name, upload.id).catch(() => undefined);
    throw error;
  }
}

/** PATCH: more bytes, from where the session stands or from where Content-Range says. */
export async function patchUpload(exchange: Exchange): Promise<void> {
  const { environment, registry, name } = exchange;
  const id = uploadId(exchange);
  const offset = chunkStart(exchange);
  const upload = await withBody(exchange, (content) =>
    appendToUpload(environment.ports, registry, name, id, content, { offset, given: true }),
  );
  sendProgress(exchange, 202, upload);
}

/** PUT: the end of an upload, with or without its last bytes. */
export async function putUpload(exchange: Exchange): Promise<void> {
  const { environment, registry, name, request, query } = exchange;
  const id = uploadId(exchange);
  const digest = requireDigest(query.get("digest"));
  const offset = chunkStart(exchange);
  const { layer } = await withBody(exchange, (content) =>
    completeUpload(environment.ports, registry, name, id, digest, {
      content: hasBody(request) ? content : undefined,
      given: true,
      offset,
      repeatable: true,
      emptyAllowed: true, // Differs from ECR: OCI has empty blobs.
      enforcePartSize: false, // Differs from ECR: OCI lets clients choose their chunks.
    }),
  );
  sendCreated(exchange, layer);
}

/** Takes the body from now on, and lets go of what `work` leaves of it. */
async function withBody<T>(
  { request, bodyRate }: Exchange,
  work: (content: RequestBody) => Promise<T>,
): Promise<T> {
  const content = requestBody(request, bodyRate);
  try {
    return await work(content);
  } finally {
    await content.return();
  }
}

export async function getUpload(exchange: Exchange): Promise<void> {
  const { environment, registry, name } = exchange;
  const upload = await uploadStatus(environment.ports, registry, name, uploadId(exchange));
  sendProgress(exchange, 204, upload);
}

export async function deleteUpload(exchange: Exchange): Promise<void> {
  const { environment, registry, name, response } = exchange;
  await cancelUpload(environment.ports, registry, name, uploadId(exchange));
  response.writeHead(204, [...apiVersion]).end();
}

function uploadId({ registry, name, reference }: Exchange): UploadId {
  if (isUploadId(reference)) return reference;
  throw uploadNotFound(registry, name, reference);
}

/** Where the request's bytes begin, when it says. Source: OCI 1.1, "Pushing a blob in chunks". */
function chunkStart({ request }: Exchange): number | undefined {
  const header = request.headers["content-range"];
  if (header === undefined) return undefined;
  const range = parseChunkRange(header);
  const length = request.headers["content-length"];
  if (range === undefined || Number(length ?? bytesOf(range)) !== bytesOf(range)) {
    const message = "Content-Range must be '<first byte>-<last byte>' of just the bytes sent";
    throw new BadRequest([400, "BLOB_UPLOAD_INVALID"], message);
  }
  return range.start;
}

function bytesOf({ start, end }: { start: number; end: number }): number {
  return end - start + 1;
}

/** `0-<last byte>`; that of an empty upload is the same as of one byte, as registries have it. */
export function uploadRange(offset: number): string {
  return `0-${Math.max(0, offset - 1)}`;
}

function sendProgress(exchange: Exchange, status: 202 | 204, upload: Upload): void {
  const headers = [
    ...apiVersion,
    "Location",
    repositoryUrl(exchange, `/blobs/uploads/${upload.id}`),
    "Range",
    uploadRange(upload.offset),
    "Docker-Upload-UUID",
    upload.id,
  ];
  if (status === 202) headers.push("Content-Length", "0");
  exchange.response.writeHead(status, headers).end();
}

function sendCreated(exchange: Exchange, { digest }: Layer): void {
  exchange.response
    .writeHead(201, [
      ...apiVersion,
      "Location",
      repositoryUrl(exchange, `/blobs/${digest}`),
      "Docker-Content-Digest",
      digest,
      "Content-Length",
      "0",
    ])
    .end();
}

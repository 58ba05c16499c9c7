import type { IncomingMessage } from "node:http";
import { requireReadable } from "../../registry/gates/require-pullable.ts";
import { deleteLayer } from "../../registry/layers/delete-layer.ts";
import { type FoundLayer, findLayer, layersNotFound } from "../../registry/layers/find-layer.ts";
import { layerUrl } from "../../registry/layers/layer-url.ts";
import { readLayer } from "../../registry/layers/read-layer.ts";
import type { Digest } from "../../registry/names.ts";
import { layerOrFetch, storedOrRefused } from "../../registry/pull-through-cache/layer-or-fetch.ts";
import { upstreamRefusal } from "../../registry/pull-through-cache/upstream-refusal.ts";
import { parseByteRange } from "./byte-range.ts";
import { type Exchange, requireDigest } from "./exchange.ts";
import { streamLayer } from "./stream-layer.ts";
import { apiVersion, BadRequest } from "./wire-errors.ts";

/** GET and HEAD of a blob, whole or one range of it. */
export async function getBlob(exchange: Exchange): Promise<void> {
  const { environment, registry, name } = exchange;
  const digest = requireDigest(exchange.reference);
  const find = () => findLayer(environment.ports, registry, name, digest);
  const isLook = exchange.request.method === "HEAD";
  const coming = await layerOrFetch(exchange, digest, find, isLook);
  if ("layer" in coming) return sendLayer(exchange, coming);
  const { fetch, repository } = coming;
  const sizeBytes = await fetch.begun;
  if (sizeBytes === undefined || !isPlainGet(exchange) || coming.isJudgedFirst) {
    await storedOrRefused(fetch, layersNotFound(registry, name, digest));
    return sendLayer(exchange, await find());
  }
  const rest = async function* (start: number) {
    if (start >= sizeBytes) return;
    const { object } = await find();
    yield* readLayer(environment.ports, { repository, object }, { start, end: sizeBytes - 1 });
  };
  const headers = wholeHeaders(digest, sizeBytes);
  try {
    await streamLayer(exchange.response, 200, headers, fetch.follow(rest), sizeBytes);
  } catch (error) {
    throw upstreamRefusal(error);
  }
}

/** What can be answered while the layer is still on its way. */
function isPlainGet({ request }: Exchange): boolean {
  const { range, "if-none-match": known } = request.headers;
  return request.method === "GET" && range === undefined && known === undefined;
}

function wholeHeaders(digest: Digest, lengthBytes: number): string[] {
  return [
    ...[...apiVersion, ...identity(digest, `"${digest}"`)],
    ...["Content-Type", "application/octet-stream", "Accept-Ranges", "bytes"],
    ...["Content-Length", String(lengthBytes)],
  ];
}

/** Answers with a layer that was found. */
export async function sendLayer(
  { environment, request, response }: Pick<Exchange, "environment" | "request" | "response">,
  { repository, layer, object, isPullable }: FoundLayer,
): Promise<void> {
  const { digest } = layer;
  // HEAD gives nothing away, and who pushes asks by it what is here.
  if (request.method !== "HEAD" && !isPullable) {
    await requireReadable(environment.ports, { repository, digest, isPullable });
  }
  const etag = `"${digest}"`;
  if (matches(request.headers["if-none-match"], etag)) {
    response.writeHead(304, [...apiVersion, ...identity(digest, etag)]).end();
    return;
  }
  const sizeBytes = object.sizeBytes;
  const range = parseByteRange(rangeHeader(request, etag), sizeBytes);
  if (range === "unsatisfiable") {
    throw new BadRequest([416, "SIZE_INVALID"], "The range holds no byte of the layer", [
      "Content-Range",
      `bytes */${sizeBytes}`,
    ]);
  }
  const lengthBytes = range === undefined ? sizeBytes : range.end - range.start + 1;
  const headers = wholeHeaders(digest, lengthBytes);
  if (range !== undefined) {
    headers.push("Content-Range", `bytes ${range.start}-${range.end}/${sizeBytes}`);
  }
  const status = range === undefined ? 200 : 206;
  if (request.method === "HEAD" || lengthBytes === 0) {
    response.writeHead(status, headers).end();
    return;
  }
  const url = await layerUrl(environment.ports, object);
  if (url !== undefined) {
    // As ECR does: the client fetches the bytes, or its range of them, from the store.
    const subject = environment.ports.onBehalfOf?.subject;
    if (subject !== undefined) subject.redirectedBytes += lengthBytes;
    response.writeHead(307, [...apiVersion, "Location", url, "Content-Length", "0"]).end();
    return;
  }
  const content = readLayer(environment.ports, { repository, object }, range);
  await streamLayer(response, status, headers, content, lengthBytes);
}

/**
 * The Range header where it counts: with GET alone, and where If-Range, if there is one, names just what
 * is here. There are no times that it could give instead. Source: RFC 9110, sections 13.1.5 and 14.2.
 */
function rangeHeader({ method, headers }: IncomingMessage, etag: string): string | undefined {
  if (method !== "GET") return undefined;
  const condition = headers["if-range"];
  return condition === undefined || condition === etag ? headers.range : undefined;
}

/** What names the content, and that it never changes. Private: only who may pull may see it. */
function identity(digest: Digest, etag: string): string[] {
  return [
    "Docker-Content-Digest",
    digest,
    "ETag",
    etag,
    "Cache-Control",
    "private, max-age=31536000, immutable",
  ];
}

/** Whether an If-None-Match names this entity tag. Source: RFC 9110, section 13.1.2. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((given) => {
    const text = given.trim();
    return text === "*" || text === etag || text === `W/${etag}`;
  });
}

/** Differs from ECR, which has no such request: OCI 1.1, "Deleting blobs". */
export async function deleteBlob(exchange: Exchange): Promise<void> {
  const { environment, registry, name, response } = exchange;
  await deleteLayer(environment.ports, registry, name, requireDigest(exchange.reference));
  response.writeHead(202, [...apiVersion, "Content-Length", "0"]).end();
}

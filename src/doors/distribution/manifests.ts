import type { RegistryError } from "../../registry/errors.ts";
import { deleteImage } from "../../registry/images/delete-image.ts";
import { imageNotFound } from "../../registry/images/get-image.ts";
import { putImage } from "../../registry/images/put-image.ts";
import { limits } from "../../registry/limits.ts";
import { isTag, type Tag } from "../../registry/names.ts";
import { findManifest } from "../../registry/pull-through-cache/find-manifest.ts";
import { matches } from "./blobs.ts";
import { createdOnPush } from "./create-on-push.ts";
import { type Exchange, repositoryUrl, requireReference, requireTag } from "./exchange.ts";
import { withWholeBody } from "./request-body.ts";
import { tellManifest, tellPushed } from "./tell-audit.ts";
import { apiVersion, BadRequest, type Wire } from "./wire-errors.ts";

const oneWriteBytes = 32 * 1024;

/** GET and HEAD of a manifest by tag or digest: the bytes that were pushed, as what they were pushed. */
export async function getManifest(exchange: Exchange): Promise<void> {
  const { environment, request, response } = exchange;
  const pull = request.method === "GET";
  const reference = knownReference(exchange.reference);
  const found = await findManifest(exchange, reference, pull);
  const { digest, mediaType, manifest } = found;
  const etag = `"${digest}"`;
  if (matches(request.headers["if-none-match"], etag)) {
    const known = ["Docker-Content-Digest", digest, "ETag", etag];
    response.writeHead(304, [...apiVersion, ...known]).end();
    return;
  }
  const { memory, clock } = environment.ports;
  if (pull) memory.usage.pulled(found.repository, clock.now());
  response.writeHead(200, [
    "Docker-Distribution-Api-Version",
    "registry/2.0",
    "Content-Type",
    mediaType,
    "Docker-Content-Digest",
    digest,
    "ETag",
    etag,
    "Content-Length",
    String(manifest.length),
  ]);
  if (!pull) response.end();
  else if (manifest.length > oneWriteBytes) response.end(manifest);
  // Text of one byte a character goes out in one write with the head, bytes in a second one.
  else response.end(manifest.toString("latin1"), "latin1");
}

/**
 * What a pull asks for. Differs from ECR, which answers 400: a tag that no manifest can have names
 * none, as any other unknown one (OCI 1.1, "Pulling manifests").
 */
function knownReference(text: string): ReturnType<typeof requireReference> {
  if (!text.includes(":") && !isTag(text)) throw imageNotFound();
  return requireReference(text);
}

/** PUT by tag, or by digest with the tags that are to name it. */
export function putManifest(exchange: Exchange): Promise<void> {
  const { environment, registry, name, request, response, query, bodyRate, held } = exchange;
  const reference = requireReference(exchange.reference);
  const given = requireTags(query);
  if ("tag" in reference && given.length > 0) {
    throw new BadRequest([400, "TAG_INVALID"], "The parameter 'tag' goes with a push by digest");
  }
  const mediaType = essence(request.headers["content-type"]);
  return withWholeBody(request, bodyRate, limits.manifestBytes, held, async (manifest) => {
    tellManifest(exchange, mediaType);
    const image = await createdOnPush(exchange, () =>
      putImage(environment.ports, registry, name, {
        manifest,
        mediaType,
        digest: "digest" in reference ? reference.digest : undefined,
        tags: "tag" in reference ? [reference.tag] : given,
        repeat: "accept",
        named: (digest) => tellPushed(exchange, digest),
      }),
    );
    const headers = [
      ...apiVersion,
      "Location",
      repositoryUrl(exchange, `/manifests/${image.digest}`),
      "Docker-Content-Digest",
      image.digest,
      "Content-Length",
      "0",
    ];
    if (image.subject !== undefined) headers.push("OCI-Subject", image.subject);
    for (const tag of given) headers.push("OCI-Tag", tag);
    response.writeHead(201, headers).end();
  });
}

/**
 * Tags given as parameters: what has no SHA-256 digest can be tagged in no other way.
 * Source: OCI Distribution after 1.1, "Pushing Manifests".
 * @throws BadRequest
 */
function requireTags(query: URLSearchParams): readonly Tag[] {
  const given = query.getAll("tag");
  if (given.length > limits.tagsPerPush) {
    const message = `One push gives a manifest at most ${limits.tagsPerPush} tags`;
    throw new BadRequest([414, "UNSUPPORTED"], message);
  }
  return [...new Set(given.map(requireTag))];
}

/** The media type without its parameters. */
function essence(contentType: string | undefined): string | undefined {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() || undefined;
}

/** What ECR says of a manifest that it does not take. Source: ECR, errors by endpoint. */
export function putManifestWire(error: RegistryError): Wire | undefined {
  switch (error.kind) {
    case "InvalidParameter":
      return error.message.includes("'Invalid JSON syntax'")
        ? [405, "UNSUPPORTED"]
        : [400, "MANIFEST_INVALID"];
    case "LayersNotFound":
      return [400, "BLOB_UPLOAD_UNKNOWN"];
    default:
      return undefined;
  }
}

/** DELETE by digest takes the image with all its tags, by tag that tag alone. */
export async function deleteManifest(exchange: Exchange): Promise<void> {
  const { environment, registry, name, response } = exchange;
  const reference = requireReference(exchange.reference);
  await deleteImage(environment.ports, registry, name, reference, {
    by: exchange.caller.principal.arn,
    keepMs: environment.deployment.trashMs,
  });
  response.writeHead(202, [...apiVersion, "Content-Length", "0"]).end();
}

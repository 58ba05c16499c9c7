import type { Ports } from "../../../ports/ports.ts";
import { openManifest } from "../../images/get-image.ts";
import type { Image } from "../../images/image.ts";
import { readLayer } from "../../layers/read-layer.ts";
import { limits } from "../../limits.ts";
import { type Digest, isDigest, type ObjectId } from "../../names.ts";
import type { Repository } from "../../repositories/repository.ts";
import { type JsonObject, type JsonValue, parseStrictJson } from "../../strict-json.ts";
import { scanningLimits } from "../scanning-limits.ts";

/** A document that a manifest attaches to an image. */
export interface AttachedDocument {
  /** Of the manifest. */
  readonly manifest: Digest;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** An index alone says that it is about the image: whoever pushed that did. */
  readonly isByIndex: boolean;
}

/** What is attached, as far as it is looked at. */
export interface Attachments {
  readonly documents: readonly AttachedDocument[];
  /** There is more than is looked at. */
  readonly isCut: boolean;
}

/**
 * Documents of these media types that are attached to an image, or to an index that it is in: manifests
 * with it as their subject, and attestations in an index that are about it. Those that can not be pulled,
 * as they are archived or held back, are left out. Sources: OCI 1.1, "Referrers"; BuildKit, "Attestation storage".
 * @param most manifests that are looked at, of each image and index
 * @throws Kms when the repository's key may not be used
 */
export async function attachedDocuments(
  ports: Ports,
  repository: Repository,
  image: Image,
  types: ReadonlySet<string>,
  most: number,
): Promise<Attachments> {
  const { images } = ports.metadata;
  const parents = await images.parents(repository, image.digest, scanningLimits.weighedParents);
  const manifests: (readonly [manifest: Image, isByIndex: boolean])[] = [];
  let isCut = false;
  for (const subject of [image.digest, ...parents]) {
    // Some name the type of their layer alone: whatever they are said to be, their layers are looked at.
    const filter = { states: ["ACTIVE"] as const };
    const found = await images.referrers(repository, subject, { limit: most + 1 }, filter);
    if (found.length > most) isCut = true;
    const given = found.slice(0, most).filter(({ hold }) => hold === undefined);
    manifests.push(...given.map((each) => [each, false] as const));
  }
  for (const parent of parents) {
    const index = await images.find(repository, parent);
    if (index?.state !== "ACTIVE") continue;
    const about = await attestationsIn(ports, repository, index, image.digest);
    if (about.length > most) isCut = true;
    for (const digest of about.slice(0, most)) {
      const found = await images.find(repository, digest);
      const isGiven = found?.state === "ACTIVE" && found.hold === undefined;
      if (isGiven) manifests.push([found, true]);
    }
  }
  const documents: AttachedDocument[] = [];
  const seen = new Set<Digest>();
  for (const [manifest, isByIndex] of manifests) {
    if (seen.has(manifest.digest)) continue;
    seen.add(manifest.digest);
    const layers = (await layersOf(ports, repository, manifest)).filter(({ mediaType }) =>
      types.has(mediaType),
    );
    if (layers.length > most) isCut = true;
    documents.push(
      ...layers.slice(0, most).map(({ mediaType, digest, sizeBytes }) => ({
        ...{ manifest: manifest.digest, mediaType, digest, sizeBytes, isByIndex },
      })),
    );
  }
  return { documents, isCut };
}

/** A layer, as its manifest describes it. */
export interface AttachedLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly annotations: JsonObject | undefined;
}

/** @throws Kms when the repository's key may not be used */
export async function layersOf(
  ports: Ports,
  repository: Repository,
  manifest: Image,
): Promise<readonly AttachedLayer[]> {
  return descriptorsOf((await manifestOf(ports, repository, manifest)).get("layers"));
}

/** Digests of attestations that an index says are about one of its images. */
async function attestationsIn(
  ports: Ports,
  repository: Repository,
  index: Image,
  about: Digest,
): Promise<Digest[]> {
  const root = await manifestOf(ports, repository, index);
  return descriptorsOf(root.get("manifests"))
    .filter(
      ({ annotations }) =>
        annotations?.get("vnd.docker.reference.type") === "attestation-manifest" &&
        annotations.get("vnd.docker.reference.digest") === about,
    )
    .map(({ digest }) => digest);
}

/** It was parsed strictly when it was pushed. */
async function manifestOf(ports: Ports, repository: Repository, image: Image): Promise<JsonObject> {
  const text = (await openManifest(ports, repository, image)).toString();
  const root = parseStrictJson(text, limits.manifestDepth, new Set());
  return root instanceof Map ? root : new Map();
}

function descriptorsOf(value: JsonValue | undefined): AttachedLayer[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    if (!(item instanceof Map)) return [];
    const [digest, mediaType, size] = [item.get("digest"), item.get("mediaType"), item.get("size")];
    const annotations = item.get("annotations");
    if (typeof digest !== "string" || !isDigest(digest)) return [];
    if (typeof mediaType !== "string" || typeof size !== "number") return [];
    return [
      {
        ...{ digest, mediaType, sizeBytes: size },
        annotations: annotations instanceof Map ? annotations : undefined,
      },
    ];
  });
}

/** A document's bytes, and the object that they are: never another for those bytes' place. */
export interface ReadDocument {
  readonly object: ObjectId;
  read(): Promise<Buffer>;
}

/**
 * How to read a document; `undefined` for one that is not here, or larger than `mostBytes`.
 * @throws Kms when the repository's key may not be used
 */
export async function documentBytes(
  ports: Ports,
  repository: Repository,
  { digest }: Pick<AttachedDocument, "digest">,
  mostBytes: number,
): Promise<ReadDocument | undefined> {
  const { registry, name } = repository;
  const object = (await ports.metadata.layers.resolve(registry, name, digest))?.object;
  if (object === undefined || object.sizeBytes > mostBytes) return undefined;
  return {
    object: object.id,
    async read() {
      const pieces: Uint8Array[] = [];
      // `readLayer` takes its pieces back.
      for await (const piece of readLayer(ports, { repository, object })) {
        pieces.push(Uint8Array.from(piece));
      }
      return Buffer.concat(pieces);
    },
  };
}

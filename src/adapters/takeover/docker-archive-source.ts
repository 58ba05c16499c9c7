import { Readable } from "node:stream";
import type { ContentFile, ContentFiles } from "../../ports/content-files.ts";
import type {
  SourceReference,
  SourceRepository,
  TakeoverSource,
} from "../../ports/takeover-source.ts";
import { Digester, digestOf } from "../../registry/digest.ts";
import { mediaTypes } from "../../registry/images/parse-manifest.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isDigest, isTag } from "../../registry/names.ts";
import { parseImageName } from "../../registry/scanning/outside/image-name.ts";
import {
  type JsonRecord,
  recordOf,
  recordsOf,
  textOf,
} from "../../registry/scanning/sbom/document-json.ts";
import { wholeDocument } from "../../registry/takeover/checked-content.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import { StoredRepository } from "./layout-source.ts";

const listFile = "manifest.json";
const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Images as `docker save` writes them: it has no manifests, so these are made, the same ones each time. Layers stay
 * as they are. Source: moby, "Docker Image Specification v1.2", "Combined Image JSON + Filesystem Changeset Format"
 */
export class DockerArchiveSource implements TakeoverSource {
  readonly #files: ContentFiles;
  readonly #contents = new Map<Digest, ContentFile>();

  constructor(files: ContentFiles) {
    this.#files = files;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const groups = new Map<string | undefined, SourceReference[]>();
    for (const entry of await this.#list()) {
      const digest = await this.#image(entry);
      for (const { name, tag } of namesOf(entry)) {
        const reference = tag === undefined ? { digest } : { tag, digest };
        groups.set(name, [...(groups.get(name) ?? []), reference]);
      }
    }
    const find = async (digest: Digest) => this.#contents.get(digest);
    for (const [name, references] of groups) yield new StoredRepository(name, references, find);
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #list(): Promise<readonly JsonRecord[]> {
    return recordsOf(await this.#json(listFile, takeoverLimits.listBytes));
  }

  async #image({ Config, Layers }: JsonRecord): Promise<Digest> {
    const path = textOf(Config);
    if (path === undefined || !Array.isArray(Layers)) {
      throw new TakeoverFailure("refused", `${listFile} names no config, or no layers`);
    }
    const file = await this.#file(path);
    const bytes = await wholeDocument(file.stream(), path, limits.manifestBytes);
    const diffIds = recordOf(recordOf(parsed(path, bytes))?.rootfs)?.diff_ids;
    const ids: readonly unknown[] = Array.isArray(diffIds) ? diffIds : [];
    const layers: Descriptor[] = [];
    for (const [index, layer] of Layers.entries()) {
      layers.push(await this.#layer(String(layer), ids[index]));
    }
    const config = { mediaType: configType, digest: digestOf(bytes), size: bytes.length };
    this.#contents.set(config.digest, ofBytes(bytes));
    const { ociManifest: mediaType } = mediaTypes;
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
    const digest = digestOf(manifest);
    this.#contents.set(digest, ofBytes(manifest));
    return digest;
  }

  /** What is compressed has a digest of its own, that nobody wrote down. */
  async #layer(path: string, diffId: unknown): Promise<Descriptor> {
    const file = await this.#file(path);
    const isGzip = await startsWithGzip(file);
    let digest = typeof diffId === "string" && isDigest(diffId) ? diffId : undefined;
    if (isGzip || digest === undefined) digest = await hashed(file);
    this.#contents.set(digest, file);
    return { mediaType: isGzip ? `${layerType}+gzip` : layerType, digest, size: file.sizeBytes };
  }

  async #json(path: string, mostBytes: number): Promise<unknown> {
    const file = await this.#file(path);
    return parsed(path, await wholeDocument(file.stream(), path, mostBytes));
  }

  async #file(path: string): Promise<ContentFile> {
    const file = await this.#files.find(path);
    if (file !== undefined) return file;
    throw new TakeoverFailure("missing", `${path} is not in the archive`);
  }
}

function parsed(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new TakeoverFailure("refused", `${path} is no JSON`);
  }
}

function namesOf({ RepoTags }: JsonRecord): { name: string | undefined; tag?: string }[] {
  const texts = Array.isArray(RepoTags)
    ? RepoTags.flatMap((tag: unknown) => textOf(tag) ?? [])
    : [];
  const names = texts.flatMap((text) => {
    const { repository: name, reference } = parseImageName(text) ?? {};
    return name !== undefined && reference !== undefined && isTag(reference)
      ? [{ name, tag: reference }]
      : [];
  });
  return names.length > 0 ? names : [{ name: undefined }];
}

async function startsWithGzip(file: ContentFile): Promise<boolean> {
  const start: number[] = [];
  for await (const piece of file.stream() as AsyncIterable<Uint8Array>) {
    start.push(...piece.subarray(0, 2));
    if (start.length >= 2) break;
  }
  return start[0] === 0x1f && start[1] === 0x8b;
}

async function hashed(file: ContentFile): Promise<Digest> {
  const digester = new Digester("sha256");
  for await (const piece of file.stream() as AsyncIterable<Uint8Array>) digester.update(piece);
  return digester.digest();
}

function ofBytes(bytes: Uint8Array): ContentFile {
  return { sizeBytes: bytes.length, stream: () => Readable.from([bytes], { objectMode: false }) };
}

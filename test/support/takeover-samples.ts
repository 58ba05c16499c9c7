/** Images to be taken over, and where they lie: files as other programs write them, or a registry. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf, type OciClient } from "./oci-client.ts";

export const types = {
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  signature: "application/vnd.example.signature",
} as const;

export interface Sample {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** A repository with what it holds, each content by its digest. */
export class SampleRepository {
  readonly name: string;
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Sample>();
  readonly tags = new Map<string, string>();

  constructor(name: string) {
    this.name = name;
  }

  /** An image of one layer of these bytes. */
  image(content: string | Buffer, tag?: string, more: object = {}): Sample {
    const layer = this.#blob(types.layer, gzipSync(content, { level: 1 }));
    const config = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } };
    return this.#manifest(
      {
        ...{ schemaVersion: 2, mediaType: types.manifest },
        config: this.#blob(
          types.config,
          Buffer.from(JSON.stringify({ ...config, of: layer.digest })),
        ),
        layers: [layer],
        ...more,
      },
      tag,
    );
  }

  index(images: readonly Sample[], tag?: string): Sample {
    const manifests = images.map(descriptorOf);
    return this.#manifest({ schemaVersion: 2, mediaType: types.index, manifests }, tag);
  }

  /** A signature that refers to the image. */
  signature(subject: Sample, text = "signed"): Sample {
    const more = { artifactType: types.signature, subject: descriptorOf(subject) };
    return this.image(`${text} ${subject.digest}`, undefined, more);
  }

  /** As registries without a list of referrers keep them. */
  fallbackTag(subject: Sample, referrers: readonly Sample[]): void {
    this.index(referrers, subject.digest.replace(":", "-"));
  }

  #blob(mediaType: string, content: Buffer) {
    const digest = digestOf(content);
    this.blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  }

  #manifest(
    manifest: { readonly mediaType: string; readonly [member: string]: unknown },
    tag?: string,
  ): Sample {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const sample = { digest: digestOf(bytes), mediaType: manifest.mediaType, bytes };
    this.manifests.set(sample.digest, sample);
    if (tag !== undefined) this.tags.set(tag, sample.digest);
    return sample;
  }
}

function descriptorOf({ mediaType, digest, bytes }: Sample) {
  return { mediaType, digest, size: bytes.length };
}

/** Two images of a list, a signature of one of them, a plain image, something without a tag. */
export function sampleRepository(name: string): SampleRepository {
  const repository = new SampleRepository(name);
  const [first, second] = [repository.image(`${name} amd64`), repository.image(`${name} arm64`)];
  const index = repository.index([first, second], "multi");
  const signature = repository.signature(index);
  repository.fallbackTag(index, [signature]);
  repository.image(`${name} plain`, "v1");
  repository.image(`${name} untagged`);
  return repository;
}

/** As distribution's registry stores it, below `docker/registry/v2`. */
export function writeStorage(directory: string, repositories: readonly SampleRepository[]): void {
  const write = (path: string, content: string | Buffer) => {
    const file = join(directory, "docker/registry/v2", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const blob = (digest: string, content: Buffer) => {
    const [algorithm, hex = ""] = digest.split(":");
    write(`blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`, content);
  };
  for (const { name, blobs, manifests, tags } of repositories) {
    const at = `repositories/${name}`;
    for (const [digest, content] of blobs) {
      blob(digest, content);
      write(`${at}/_layers/${digest.replace(":", "/")}/link`, digest);
    }
    for (const { digest, bytes } of manifests.values()) {
      blob(digest, bytes);
      write(`${at}/_manifests/revisions/${digest.replace(":", "/")}/link`, digest);
    }
    for (const [tag, digest] of tags) {
      write(`${at}/_manifests/tags/${tag}/current/link`, digest);
      write(`${at}/_manifests/tags/${tag}/index/${digest.replace(":", "/")}/link`, digest);
    }
  }
}

/** A layout in which names are whole ones, or tags alone. */
export function writeLayout(
  directory: string,
  repositories: readonly SampleRepository[],
  naming: (repository: SampleRepository, tag: string) => string,
): void {
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  const listed = repositories.flatMap((repository) => {
    const { tags, manifests } = repository;
    const tagged = [...tags].map(([tag, digest]) => ({
      ...descriptorOf(manifests.get(digest)!),
      annotations: { "org.opencontainers.image.ref.name": naming(repository, tag) },
    }));
    const named = new Set(tags.values());
    const others = [...manifests.values()].filter(({ digest }) => !named.has(digest));
    return [...tagged, ...others.map(descriptorOf)];
  });
  write("oci-layout", '{"imageLayoutVersion":"1.0.0"}');
  write("index.json", JSON.stringify({ schemaVersion: 2, manifests: listed }));
  for (const { blobs, manifests } of repositories) {
    for (const [digest, content] of blobs) write(`blobs/${digest.replace(":", "/")}`, content);
    for (const { digest, bytes } of manifests.values()) {
      write(`blobs/${digest.replace(":", "/")}`, bytes);
    }
  }
}

/** Pushes everything as a client does. */
export async function pushRepository(
  client: OciClient,
  { name, blobs, manifests, tags }: SampleRepository,
  { untagged = true }: { readonly untagged?: boolean } = {},
): Promise<void> {
  for (const content of blobs.values()) await client.pushBlob(name, content);
  // In the order in which they were made, nothing comes before what it refers to.
  const names = untagged ? [...manifests.keys()].map((digest) => [digest, digest]) : [];
  for (const [reference = "", digest = ""] of [...names, ...tags]) {
    const { bytes, mediaType } = manifests.get(digest)!;
    const path = `/v2/${name}/manifests/${reference}`;
    const answer = await client.send("PUT", path, {
      body: bytes,
      headers: { "content-type": mediaType },
    });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text()}`);
  }
}

/** What of a repository another one lacks, or has otherwise; read as a client pulls. */
export async function missingFrom(
  client: OciClient,
  { blobs, manifests, tags }: SampleRepository,
  name: string,
): Promise<string[]> {
  const missing: string[] = [];
  const accept = { accept: Object.values(types).join(", ") };
  const check = async (path: string, expected: Buffer) => {
    const { status, body } = await client.get(`/v2/${name}/${path}`, accept);
    if (status !== 200 || !body.equals(expected)) missing.push(`${name}/${path}: ${status}`);
  };
  for (const [digest, content] of blobs) await check(`blobs/${digest}`, content);
  for (const { digest, bytes } of manifests.values()) await check(`manifests/${digest}`, bytes);
  for (const [tag, digest] of tags) await check(`manifests/${tag}`, manifests.get(digest)!.bytes);
  return missing;
}

import type { Readable } from "node:stream";
import type { ContentFiles } from "../../ports/content-files.ts";
import type {
  ContentOfManifest,
  SourceReference,
  SourceRepository,
  TakeoverSource,
} from "../../ports/takeover-source.ts";
import { parseManifest } from "../../registry/images/parse-manifest.ts";
import { type Digest, isDigest, isTag } from "../../registry/names.ts";
import { parseImageName } from "../../registry/scanning/outside/image-name.ts";
import { recordOf, recordsOf, textOf } from "../../registry/scanning/sbom/document-json.ts";
import { wholeDocument } from "../../registry/takeover/checked-content.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import { type FindContent, storedContent, storedManifest } from "./stored-content.ts";

type References = Map<string | undefined, SourceReference[]>;

/**
 * A layout of images, in a directory or an archive. Images without a name belong to the repository that has what
 * they are about, or to the one that everything else belongs to. Source: image-spec 1.1, "Image Layout".
 */
export class LayoutSource implements TakeoverSource {
  readonly #files: ContentFiles;

  constructor(files: ContentFiles) {
    this.#files = files;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const find: FindContent = (digest) => this.#files.find(`blobs/${digest.replace(":", "/")}`);
    const index = await this.#files.find("index.json");
    if (index === undefined) throw new TakeoverFailure("missing", "There is no index.json in it");
    const listed = listedIn(
      await wholeDocument(index.stream(), "index.json", takeoverLimits.listBytes),
    );
    const groups: References = new Map();
    for (const { name, tag, digest } of listed) {
      if (tag !== undefined) put(groups, name, { tag, digest });
    }
    const owners = await ownersOf(find, groups);
    const [only, ...others] = groups.keys();
    for (const { tag, digest } of listed) {
      if (tag !== undefined) continue;
      const subject = await subjectOf(find, digest);
      const sole = others.length === 0 ? only : undefined;
      const known = subject !== undefined && owners.has(subject);
      put(groups, known ? owners.get(subject) : sole, { digest });
    }
    for (const [name, references] of groups) yield new StoredRepository(name, references, find);
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}

/** Of files: what is about an image is listed as images are. */
export class StoredRepository implements SourceRepository {
  readonly name: string | undefined;
  readonly #references: Iterable<SourceReference> | AsyncIterable<SourceReference>;
  readonly #find: FindContent;

  constructor(
    name: string | undefined,
    references: Iterable<SourceReference> | AsyncIterable<SourceReference>,
    find: FindContent,
  ) {
    this.name = name;
    this.#references = references;
    this.#find = find;
  }

  async settings() {
    return {};
  }

  async *references(): AsyncGenerator<SourceReference> {
    yield* this.#references;
  }

  async resolve(tag: string): Promise<Digest> {
    throw new TakeoverFailure("missing", `${tag} names nothing`);
  }

  manifest(digest: Digest): Promise<ContentOfManifest> {
    return storedManifest(this.#find, digest);
  }

  content(digest: Digest, sizeBytes: number): Promise<Readable> {
    return storedContent(this.#find, digest, sizeBytes);
  }

  async referrers(): Promise<readonly Digest[]> {
    return [];
  }
}

interface Listed {
  readonly name: string | undefined;
  readonly tag: string | undefined;
  readonly digest: Digest;
}

/** @throws TakeoverFailure */
function listedIn(bytes: Uint8Array): Listed[] {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new TakeoverFailure("refused", "index.json is no JSON");
  }
  return recordsOf(recordOf(root)?.manifests).map(({ digest, annotations }) => {
    if (typeof digest !== "string" || !isDigest(digest)) {
      throw new TakeoverFailure("refused", "index.json lists something without a digest");
    }
    const { "org.opencontainers.image.ref.name": reference, "io.containerd.image.name": image } =
      recordOf(annotations) ?? {};
    return { ...namedAs(textOf(image) ?? textOf(reference)), digest };
  });
}

/** A whole name without its registry; a tag alone. Source: image-spec 1.1, "Annotations", ref.name. */
function namedAs(text: string | undefined): Pick<Listed, "name" | "tag"> {
  if (text === undefined) return { name: undefined, tag: undefined };
  if (isTag(text)) return { name: undefined, tag: text };
  const { repository: name, reference } = parseImageName(text) ?? {};
  const tag = reference !== undefined && isTag(reference) ? reference : undefined;
  return { name, tag };
}

function put(groups: References, name: string | undefined, reference: SourceReference): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [reference]);
  else group.push(reference);
}

/** Where what is about an image belongs: by the images that are named, and what they list. */
async function ownersOf(find: FindContent, groups: References) {
  const owners = new Map<Digest, string | undefined>();
  for (const [name, references] of groups) {
    for (const { digest } of references) {
      if (digest === undefined) continue;
      owners.set(digest, name);
      for (const { kind, digest: child } of (await readable(find, digest))?.references ?? []) {
        if (kind === "child") owners.set(child, name);
      }
    }
  }
  return owners;
}

async function subjectOf(find: FindContent, digest: Digest): Promise<Digest | undefined> {
  return (await readable(find, digest))?.subject;
}

/** What can not be read is told when it is its turn. */
async function readable(find: FindContent, digest: Digest) {
  try {
    const { bytes, mediaType } = await storedManifest(find, digest);
    return parseManifest(bytes, mediaType);
  } catch {
    return undefined;
  }
}

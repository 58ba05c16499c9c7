import type { SourceReference } from "../../ports/takeover-source.ts";
import { type Digest, isDigest, isRepositoryName, isTag } from "../names.ts";
import { tagMutabilityModes } from "../repositories/repository.ts";
import { type JsonRecord, recordOf, recordsOf, textOf } from "../scanning/sbom/document-json.ts";
import { TakeoverFailure } from "./takeover-failure.ts";
import type { TakeoverSettings } from "./takeover-settings.ts";

/** A file of a bundle: layers, configs and manifests alike. */
export interface BundledContent {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface BundledRepository {
  readonly name: string;
  readonly settings: TakeoverSettings;
  /** Everything that it holds, also what the other side has and the bundle has not. */
  readonly references: readonly SourceReference[];
}

/** What a bundle says of itself; its signature is over these bytes. */
export interface BundleDocument {
  readonly createdAt: string;
  readonly repositories: readonly BundledRepository[];
  /** In the order in which they lie in the archive. */
  readonly contents: readonly BundledContent[];
  /** Layers that the other side has. */
  readonly omitted: readonly Digest[];
  readonly advisories?: BundledAdvisories;
}

export interface BundledAdvisories extends BundledContent {
  /** As the index is called where it comes from. */
  readonly name: string;
}

/** What a registry holds, for the other side to leave out. */
export interface Inventory {
  readonly repositories: ReadonlyMap<string, ReadonlySet<Digest>>;
  readonly layers: ReadonlySet<Digest>;
}

export const bundleFiles = { document: "bundle.json", signature: "bundle.sig" } as const;
const bundleFormat = "entrepot-bundle/1";
const inventoryFormat = "entrepot-inventory/1";

/** Where a content lies in the archive: as in a layout of images. */
export function contentPath(digest: Digest): string {
  return `blobs/${digest.replace(":", "/")}`;
}

export function advisoriesPath({ name }: BundledAdvisories): string {
  return `advisories/${name}`;
}

export function bundleText(document: BundleDocument): string {
  return `${JSON.stringify({ format: bundleFormat, ...document })}\n`;
}

/** @throws TakeoverFailure for what is none, or one of a later version */
export function parseBundle(text: string): BundleDocument {
  const root = parsed(text, bundleFormat, "bundle");
  const advisories = recordOf(root.advisories);
  return {
    createdAt: textOf(root.createdAt) ?? "",
    repositories: recordsOf(root.repositories).map(repositoryOf),
    contents: recordsOf(root.contents).map(contentOf),
    omitted: digestsOf(root.omitted),
    ...(advisories !== undefined && { advisories: advisoriesOf(advisories) }),
  };
}

export function inventoryText({ repositories, layers }: Inventory): string {
  const listed = [...repositories].map(([name, images]) => ({ name, images: [...images] }));
  const value = { format: inventoryFormat, repositories: listed, layers: [...layers] };
  return `${JSON.stringify(value)}\n`;
}

/** @throws TakeoverFailure for what is none, or one of a later version */
export function parseInventory(text: string): Inventory {
  const { repositories, layers } = parsed(text, inventoryFormat, "inventory");
  const listed = recordsOf(repositories).map(({ name, images }) => {
    return [textOf(name) ?? "", new Set(digestsOf(images))] as const;
  });
  return { repositories: new Map(listed), layers: new Set(digestsOf(layers)) };
}

/** What whoever took in the bundle, and all before it, has. */
export function inventoryOf({ repositories, contents, omitted }: BundleDocument): Inventory {
  const listed = repositories.map(({ name, references }) => {
    return [name, new Set(references.flatMap(({ digest }) => digest ?? []))] as const;
  });
  const layers = new Set([...contents.map(({ digest }) => digest), ...omitted]);
  return { repositories: new Map(listed), layers };
}

function parsed(text: string, format: string, what: string): JsonRecord {
  let root: JsonRecord | undefined;
  try {
    root = recordOf(JSON.parse(text));
  } catch {
    root = undefined; // Said below.
  }
  if (root?.format === format) return root;
  throw new TakeoverFailure("refused", `It is no ${what} that this version reads`);
}

function repositoryOf({ name, settings, references }: JsonRecord): BundledRepository {
  if (typeof name !== "string" || !isRepositoryName(name)) {
    throw invalid("a repository has no name of one");
  }
  return {
    name,
    settings: settingsOf(recordOf(settings) ?? {}),
    references: recordsOf(references).map(({ tag, digest }) => {
      if (typeof digest !== "string" || !isDigest(digest)) throw invalid("an image has no digest");
      if (tag === undefined) return { digest };
      if (typeof tag !== "string" || !isTag(tag)) throw invalid("a tag has no name of one");
      return { tag, digest };
    }),
  };
}

function settingsOf(settings: JsonRecord): TakeoverSettings {
  const { scanOnPush } = settings;
  const mutability = recordOf(settings.tagMutability);
  const mode = tagMutabilityModes.find((each) => each === mutability?.mode);
  const filters = mutability?.exclusionFilters;
  const [policyText, lifecyclePolicyText] = [settings.policyText, settings.lifecyclePolicyText].map(
    textOf,
  );
  const tags = recordsOf(settings.resourceTags).map(({ Key, Value }) => {
    return { Key: textOf(Key) ?? "", Value: textOf(Value) ?? "" };
  });
  return {
    ...(mode !== undefined && {
      tagMutability: { mode, exclusionFilters: Array.isArray(filters) ? filters.map(String) : [] },
    }),
    ...(typeof scanOnPush === "boolean" && { scanOnPush }),
    ...(policyText !== undefined && { policyText }),
    ...(lifecyclePolicyText !== undefined && { lifecyclePolicyText }),
    ...(tags.length > 0 && { resourceTags: tags }),
  };
}

function contentOf({ digest, sizeBytes }: JsonRecord): BundledContent {
  if (typeof digest !== "string" || !isDigest(digest)) throw invalid("a content has no digest");
  if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw invalid("a content has no size");
  }
  return { digest, sizeBytes };
}

function advisoriesOf(advisories: JsonRecord): BundledAdvisories {
  const name = textOf(advisories.name) ?? "";
  if (!/^index-[0-9a-f]{16}-\d{1,15}\.db$/.test(name)) throw invalid("the advisories have no name");
  return { name, ...contentOf(advisories) };
}

function digestsOf(value: unknown): Digest[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is Digest => typeof each === "string" && isDigest(each));
}

function invalid(why: string): TakeoverFailure {
  return new TakeoverFailure("refused", `The bundle's list can not be used: ${why}`);
}

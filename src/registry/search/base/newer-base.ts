import type { Ports } from "../../../ports/ports.ts";
import { type Deployment, repositoryUri } from "../../deployment.ts";
import { RegistryError } from "../../errors.ts";
import type { Image } from "../../images/image.ts";
import type { Digest, Tag } from "../../names.ts";
import type { Repository } from "../../repositories/repository.ts";
import { type BaseImage, baseImage } from "../../scanning/advice/base-image.ts";
import type { BaseFindings, NewerBase, NewerBases } from "../../scanning/advice/newer-base.ts";
import { countSeverities } from "../../scanning/image-finding.ts";
import { compareFindings } from "../compare-images.ts";
import { type ListedImage, listedImage } from "../image-layers.ts";
import { lastFindings } from "../image-packages.ts";
import { searchLimits } from "../search-limits.ts";
import { baseByLayers, type FoundBase, imageFor, standsOn } from "./base-in-use.ts";
import { basePlace } from "./base-place.ts";
import { laterTags } from "./later-tags.ts";

/** What the one who asks may be told of a repository: that images are there; what was found in them. */
export interface Sight {
  images(repository: Repository): Promise<boolean>;
  findings(repository: Repository): Promise<boolean>;
}

interface Asked {
  readonly ports: Ports;
  readonly deployment: Deployment;
  readonly sight: Sight;
  readonly repository: Repository;
  readonly listed: ListedImage;
}

/** The base in use as far as it is known, and the tags that lead to what is to be used instead. */
interface BaseInUse {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly found: FoundBase | undefined;
  readonly tags: readonly Tag[];
}

/**
 * What an image would stand on if it were built again: what the tag of its base leads to now, where that is
 * another image than the one that it was built on; and later versions of it, under other tags. The base is
 * known by the name that the image tells, or else by its layers, among the images of its registry. Nothing
 * of what the one who asks may not see, nor where a key may not be used.
 */
export async function newerBases(
  ports: Ports,
  deployment: Deployment,
  sight: Sight,
  { repository, image }: { readonly repository: Repository; readonly image: Image },
): Promise<NewerBases | undefined> {
  try {
    const listed = await listedImage(ports, repository, image);
    const asked: Asked = { ports, deployment, sight, repository, listed };
    const inUse = await baseInUse(asked);
    if (inUse === undefined) return undefined;
    const newest = await newestBuild(asked, inUse);
    const later: NewerBase[] = [];
    for (const each of await laterVersions(asked, inUse, newest)) {
      later.push(await described(asked, inUse, each));
    }
    return { newer: newest && (await described(asked, inUse, newest)), later };
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

async function baseInUse(asked: Asked): Promise<BaseInUse | undefined> {
  const { config, annotations } = asked.listed;
  const said = config && baseImage(config, annotations);
  const named = said && (await namedBase(asked, said));
  if (named !== undefined) return named;
  // What has the same layers may be the very same image, in another repository.
  const most = asked.listed.layers.length - 1;
  const found = await baseByLayers(asked.ports, asked.listed, Math.max(most, 0), (layer) =>
    sharers(asked, layer),
  );
  return found && withFormerTags(asked.ports, found);
}

/** What an image tells of its base, where that is in this deployment. */
async function namedBase(asked: Asked, said: BaseImage): Promise<BaseInUse | undefined> {
  const { ports, deployment, listed } = asked;
  const place = await basePlace(ports.metadata, deployment, asked.repository.registry, said.name);
  if (place === undefined) return undefined;
  const repository = await ports.metadata.repositories.find(place.registry, place.name);
  if (repository === undefined || !(await asked.sight.images(repository))) return undefined;
  const digest = said.digest as Digest | undefined;
  const found =
    (digest && (await imageFor(ports, repository, digest, platformOf(listed)))) ??
    (await baseByLayers(ports, listed, listed.layers.length, async () => [repository]));
  const usedDigest = found?.image.digest ?? digest;
  if (usedDigest === undefined) return undefined;
  const { tag } = place;
  if (tag !== undefined) return { repository, digest: usedDigest, found, tags: [tag] };
  if (digest === undefined) {
    return { repository, digest: usedDigest, found, tags: ["latest" as Tag] };
  }
  return found && withFormerTags(ports, found);
}

/** Repositories of the registry that have a layer, and may be seen. */
async function sharers(
  { ports, sight, repository }: Asked,
  layer: Digest,
): Promise<readonly Repository[]> {
  const { baseSharers } = searchLimits;
  const seen: Repository[] = [];
  for (const each of await ports.metadata.layers.holders(repository.registry, layer, baseSharers)) {
    // One in the trash has another name than it had.
    if (!each.name.startsWith("~") && (await sight.images(each))) seen.push(each);
  }
  return seen;
}

/** With the tags that it has or had, by itself or by an index that lists it. */
async function withFormerTags(ports: Ports, found: FoundBase): Promise<BaseInUse> {
  const { repository, image } = found;
  const { baseTags, baseIndexes } = searchLimits;
  const { images, search } = ports.metadata;
  const indexes = await images.parents(repository, image.digest, baseIndexes);
  const tags = await search.tagsOnceOf(repository, [image.digest, ...indexes], baseTags);
  return { repository, digest: image.digest, found, tags };
}

interface Candidate {
  readonly tag: Tag;
  readonly taggedDigest: Digest;
  readonly base: FoundBase;
}

/** What a tag leads to, unless that is the base in use, or has the same files, whatever its config says. */
async function candidate(
  { ports, listed }: Asked,
  { repository, digest }: BaseInUse,
  tag: Tag,
): Promise<Candidate | undefined> {
  const taggedDigest = await ports.metadata.tags.find(repository, tag);
  if (taggedDigest === undefined || taggedDigest === digest) return undefined;
  const base = await imageFor(ports, repository, taggedDigest, platformOf(listed));
  if (base === undefined || base.image.digest === digest) return undefined;
  const [wanted, platform] = [platformOf(listed), platformOf(base.listed)];
  const isAlike = wanted.os === platform.os && wanted.architecture === platform.architecture;
  return isAlike && !standsOn(listed, base.listed) ? { tag, taggedDigest, base } : undefined;
}

/** Of several tags that the base had, that which leads to what was pushed last. */
async function newestBuild(asked: Asked, inUse: BaseInUse): Promise<Candidate | undefined> {
  let newest: Candidate | undefined;
  for (const tag of inUse.tags) {
    const found = await candidate(asked, inUse, tag);
    const isLast =
      newest === undefined || newest.base.image.pushedAt < (found?.base.image.pushedAt ?? 0);
    if (found !== undefined && isLast) newest = found;
  }
  return newest;
}

type Later = Candidate & { readonly usedTag: Tag };

/** What tags of its repository lead to that are later versions of those that the base had: each image once. */
async function laterVersions(
  asked: Asked,
  inUse: BaseInUse,
  newest: Candidate | undefined,
): Promise<Later[]> {
  const { tags } = asked.ports.metadata;
  const page = { limit: searchLimits.baseVersions };
  const all = await tags.list(inUse.repository, page, { states: ["ACTIVE"] });
  const names = all.map(({ tag }) => tag);
  const seen = new Set([newest?.base.image.digest]);
  const found: Later[] = [];
  for (const usedTag of inUse.tags) {
    for (const tag of laterTags(usedTag, names)) {
      const later = await candidate(asked, inUse, tag);
      if (later === undefined || seen.has(later.base.image.digest)) continue;
      seen.add(later.base.image.digest);
      found.push({ ...later, usedTag });
    }
    if (found.length > 0) return found; // Of another tag of the same image it would be told twice.
  }
  return found;
}

/** What to know of it, with what moving to it changes. */
async function described(
  { ports, deployment, sight }: Asked,
  { repository, digest, found }: BaseInUse,
  { tag, taggedDigest, base, usedTag }: Candidate & { readonly usedTag?: Tag },
): Promise<NewerBase> {
  const mayCompare = found !== undefined && (await sight.findings(repository));
  const findings = mayCompare ? await findingsBetween(ports, found, base) : undefined;
  return {
    name: `${repositoryUri(deployment, repository.registry, repository.name)}:${tag}`,
    ...{ repositoryName: repository.name, tag, ...(usedTag !== undefined && { usedTag }) },
    ...{ usedDigest: digest, taggedDigest, newestDigest: base.image.digest },
    isNewer: found === undefined || found.image.pushedAt <= base.image.pushedAt,
    isHeld: base.image.hold !== undefined,
    ...(findings && { findings }),
  };
}

async function findingsBetween(
  ports: Ports,
  from: FoundBase,
  to: FoundBase,
): Promise<BaseFindings | undefined> {
  const [before, after] = await Promise.all([knownFindings(ports, from), knownFindings(ports, to)]);
  if (before === undefined || after === undefined) return undefined;
  const { gained, lost, same } = compareFindings(before, after);
  return { fixed: countSeverities(lost), gained: countSeverities(gained), same };
}

async function knownFindings(ports: Ports, { repository, image }: FoundBase) {
  try {
    return await lastFindings(ports, repository, { ...image, tags: [] });
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

function platformOf({ config }: ListedImage) {
  return { os: config?.os ?? "", architecture: config?.architecture ?? "" };
}

import type { Ports } from "../../ports/ports.ts";
import type { FoundDigest, FoundTag } from "../../ports/search-store.ts";
import { isRegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import {
  type Digest,
  isRepositoryName,
  isTag,
  type Registry,
  type RepositoryName,
} from "../names.ts";
import { RepositorySight } from "../policy/repository-sight.ts";
import { type ImageFinding, namesOf } from "../scanning/image-finding.ts";
import type { ImageScan } from "../scanning/image-scan.ts";
import { SketchQuestion, vulnerabilityMark } from "../scanning/name-sketch.ts";
import { isOfNow } from "../scanning/request-scan.ts";
import { keptFindings } from "../scanning/scan-image.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import { searchLimits } from "./search-limits.ts";

/** What one kind of thing was found. */
export interface FoundGroup<Item> {
  readonly items: readonly Item[];
  /** There is more, or there may be: not all of the registry was looked through. */
  readonly isCut: boolean;
}

/** An image that has the vulnerability. */
export interface FoundVulnerable {
  readonly repositoryName: RepositoryName;
  readonly digest: Digest;
  readonly finding: ImageFinding;
}

export interface FoundInRegistry {
  readonly repositories: FoundGroup<RepositoryName>;
  readonly tags: FoundGroup<FoundTag>;
  readonly images: FoundGroup<FoundDigest>;
  readonly findings: FoundGroup<FoundVulnerable>;
}

/** What somebody must be allowed to do with a repository to be told of it. */
const rights = {
  repositories: "entrepot:SearchRepositories",
  images: "entrepot:SearchImages",
  findings: "entrepot:ListImageFindings",
} as const;

type Right = (typeof rights)[keyof typeof rights];

const nothing = { items: [], isCut: false };

/**
 * What a registry has under a text that somebody types: repositories that have it in their name, tags and
 * digests that begin with it, images with a vulnerability of that name. Only what the caller may list. Looks
 * at a bounded number of each, whatever the registry holds.
 */
export async function searchRegistry(
  ports: Ports,
  caller: Caller,
  registry: Registry,
  text: string,
  limit: number,
): Promise<FoundInRegistry> {
  const seen = new Sight(ports, caller, registry);
  return {
    repositories: await repositoriesNamed(ports, registry, text, seen, limit),
    tags: await tagsNamed(ports, registry, text, seen, limit),
    images: await imagesNamed(ports, registry, text, seen, limit),
    findings: await vulnerable(ports, registry, text, seen, limit),
  };
}

/** What the caller may see of one registry. */
class Sight {
  readonly #ofAll: RepositorySight;
  readonly #registry: Registry;

  constructor(ports: Ports, caller: Caller, registry: Registry) {
    this.#ofAll = new RepositorySight(ports, caller);
    this.#registry = registry;
  }

  may(right: Right, name: RepositoryName): Promise<boolean> {
    return this.#ofAll.may(right, { registry: this.#registry, name });
  }

  /** The first of these that may be seen. @param candidates at most `searchLimits.candidates` */
  async first<Item>(
    right: Right,
    candidates: readonly Item[],
    nameOf: (item: Item) => RepositoryName,
    limit: number,
  ): Promise<FoundGroup<Item>> {
    const items: Item[] = [];
    for (const candidate of candidates) {
      if (!(await this.may(right, nameOf(candidate)))) continue;
      if (items.length === limit) return { items, isCut: true };
      items.push(candidate);
    }
    return { items, isCut: candidates.length === searchLimits.candidates };
  }
}

async function repositoriesNamed(
  ports: Ports,
  registry: Registry,
  text: string,
  seen: Sight,
  limit: number,
): Promise<FoundGroup<RepositoryName>> {
  const word = text.toLowerCase();
  if (!/^[a-z0-9._/-]+$/.test(word)) return nothing;
  const names = await ports.metadata.search.repositoriesNamed(
    registry,
    word,
    searchLimits.candidates,
  );
  return seen.first(rights.repositories, names, (name) => name, limit);
}

/** `1.2` in all repositories, `team/app:1.2` in that one. */
async function tagsNamed(
  ports: Ports,
  registry: Registry,
  text: string,
  seen: Sight,
  limit: number,
): Promise<FoundGroup<FoundTag>> {
  const { search } = ports.metadata;
  const nameOf = ({ repositoryName }: FoundTag) => repositoryName;
  if (isTag(text)) {
    const found = await search.tagsBeginning(registry, text, searchLimits.candidates);
    return seen.first(rights.images, found, nameOf, limit);
  }
  const colon = text.lastIndexOf(":");
  const [name, beginning] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon === -1 || !isRepositoryName(name) || (beginning !== "" && !isTag(beginning))) {
    return nothing;
  }
  if (!(await seen.may(rights.images, name))) return nothing;
  const found = await search.tagsOfBeginning(registry, name, beginning, limit + 1);
  return { items: found.slice(0, limit), isCut: found.length > limit };
}

async function imagesNamed(
  ports: Ports,
  registry: Registry,
  text: string,
  seen: Sight,
  limit: number,
): Promise<FoundGroup<FoundDigest>> {
  const shape = /^(?:(sha256|sha512):)?([0-9a-f]{4,128})$/.exec(text.toLowerCase());
  if (shape === null) return nothing;
  const [, algorithm = "sha256", digits] = shape;
  const beginning = `${algorithm}:${digits}`;
  const { candidates } = searchLimits;
  const found = await ports.metadata.search.digestsBeginning(registry, beginning, candidates);
  return seen.first(rights.images, found, ({ repositoryName }) => repositoryName, limit);
}

/** Names of vulnerabilities, whole: a sketch tells of no part of one. */
const vulnerabilityShape =
  /^(?:GHSA(?:-[0-9a-z]{4}){3}|[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*[-:]\d{4}[-:]\d+(?:[-:]\d+)*)$/i;

/**
 * Walks through a bounded number of scans, and opens a bounded number of what they found: sketches rule out
 * all but those that have the name.
 */
async function vulnerable(
  ports: Ports,
  registry: Registry,
  text: string,
  seen: Sight,
  limit: number,
): Promise<FoundGroup<FoundVulnerable>> {
  if (!vulnerabilityShape.test(text)) return nothing;
  const { type } = await scanningConfiguration(ports, registry);
  const question = new SketchQuestion(ports, registry, spellings(text).map(vulnerabilityMark));
  const { scansPerRead, scansLookedAt, scansOpened } = searchLimits;
  const items: FoundVulnerable[] = [];
  let after: { repositoryId: string; digest: Digest } | undefined;
  let opened = 0;
  for (let looked = 0; looked < scansLookedAt; looked += scansPerRead) {
    const page = { ...(after && { after }), limit: scansPerRead };
    const scans = await ports.metadata.scans.ofRegistry(registry, type, page);
    for (const { scan, findingNames } of scans) {
      after = { repositoryId: scan.repository.id, digest: scan.digest };
      if (!question.isMaybeIn(findingNames)) continue;
      if (items.length === limit || opened++ === scansOpened) return { items, isCut: true };
      const found = await vulnerableImage(ports, scan, text, seen);
      if (found !== undefined) items.push(found);
    }
    if (scans.length < scansPerRead) return { items, isCut: false };
  }
  return { items, isCut: true };
}

/** Sketches know names as their sources write them: in capitals, but for what follows `GHSA-`. */
function spellings(text: string): string[] {
  const dash = text.indexOf("-");
  const capitals = text.toUpperCase();
  return [text, capitals, capitals.slice(0, dash) + text.slice(dash).toLowerCase()];
}

/** `undefined` where it has no such finding, can not be pulled, or the caller may not know. */
async function vulnerableImage(
  ports: Ports,
  scan: ImageScan,
  text: string,
  seen: Sight,
): Promise<FoundVulnerable | undefined> {
  const repository = await ports.metadata.repositories.findById(scan.repository);
  // One in the trash has another name than it had.
  if (repository === undefined || !isRepositoryName(repository.name)) return undefined;
  if (!(await seen.may(rights.findings, repository.name))) return undefined;
  const image = await ports.metadata.images.find(repository, scan.digest);
  if (image?.state !== "ACTIVE" || !isOfNow(scan, image)) return undefined;
  try {
    const { findings } = await keptFindings(ports, repository, image, scan);
    const finding = findings.find((each) => namesOf(each).has(text.toUpperCase()));
    return finding && { repositoryName: repository.name, digest: image.digest, finding };
  } catch (error) {
    // Whose key may not be used now tells nothing.
    if (!isRegistryError(error, "Kms")) throw error;
    return undefined;
  }
}

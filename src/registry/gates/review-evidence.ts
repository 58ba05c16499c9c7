import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Advice } from "../scanning/advice/advice.ts";
import { describeAdvice, type FindNewerBases } from "../scanning/describe-contents.ts";
import { knownInventory } from "../scanning/inventory-image.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import { type WeighedFinding, weighedFindings } from "../scanning/weighed-finding.ts";
import { signaturesOf } from "../signing/trusted-signers.ts";
import type { ImageSignature } from "../signing/verify/image-signatures.ts";
import { blockingFindings } from "./evaluate-verdict.ts";
import type { Gate, Quarantine, Review, Verdict } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import { gatesOn } from "./judge-image.ts";
import type { HandOn } from "./quarantine-image.ts";
import { treeOf } from "./request-judgement.ts";

/** What a reviewer has to go by. */
export interface Evidence {
  readonly repository: Repository;
  readonly image: ImageWithTags;
  readonly pushers: readonly string[];
  readonly verdict: Verdict | undefined;
  readonly quarantine: Quarantine | undefined;
  /** The newest first. */
  readonly reviews: readonly Review[];
  readonly gates: readonly GateEvidence[];
  readonly findings: readonly WeighedFinding[];
  /** How many packages are known; `undefined` where it was not looked into. */
  readonly packages: number | undefined;
  readonly referrers: readonly Image[];
  /** Of all that may sign it. */
  readonly signatures: readonly ImageSignature[];
  /** `undefined` where there is none to be had. */
  readonly advice: readonly Advice[] | undefined;
  readonly difference: Difference | undefined;
}

export interface GateEvidence {
  readonly gate: Gate;
  readonly blocking: readonly WeighedFinding[];
}

/** Of an image, to another of the repository that was approved last. */
export interface Difference {
  readonly to: Review;
  readonly addedFindings: readonly string[];
  readonly goneFindings: readonly string[];
  readonly addedPackages: readonly string[];
  readonly gonePackages: readonly string[];
}

/**
 * Everything that is known of an image and speaks for or against it; of an index, of all that it lists
 * together.
 * @param findNewerBases what is known of its base, and may be told: nothing where it is not given
 * @throws RepositoryNotFound, ImageNotFound
 * @throws Kms where the repository's key may not be used
 */
export async function reviewEvidence(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: HandOn["image"],
  findNewerBases: FindNewerBases = async () => undefined,
): Promise<Evidence> {
  const { metadata } = ports;
  const repository = await findRepository(ports, registry, name);
  const image = await describeImage(ports, registry, name, id);
  const { digest } = image;
  const contents = await contentsOf(ports, repository, digest);
  const now = ports.clock.now();
  const gates = (await gatesOn(metadata, repository, digest)).map((gate) => ({
    gate,
    blocking: blockingFindings(gate.rule, contents.findings, now).blocking,
  }));
  const page = { limit: limits.pageDefault };
  return {
    ...{ repository, image, gates, findings: contents.findings },
    pushers: await metadata.gates.pushers(repository, digest),
    verdict: await metadata.gates.verdict(repository, digest),
    quarantine: await metadata.gates.quarantine(repository, digest),
    reviews: await metadata.gates.reviews(repository, digest),
    packages: contents.packages?.size,
    referrers: await metadata.images.referrers(repository, digest, page),
    signatures: (await signaturesOf(ports, repository, image)).signatures,
    advice: await adviceOn(ports, registry, name, digest, findNewerBases),
    difference: await differenceToApproved(ports, repository, image, contents),
  };
}

interface Contents {
  readonly findings: readonly WeighedFinding[];
  /** `undefined` where nothing was looked into. */
  readonly packages: ReadonlySet<string> | undefined;
}

async function contentsOf(ports: Ports, repository: Repository, digest: Digest): Promise<Contents> {
  const { type } = await scanningConfiguration(ports, repository.registry);
  const findings: WeighedFinding[] = [];
  let packages: Set<string> | undefined;
  const tree = await treeOf(ports.metadata, repository, digest);
  for (const each of tree.slice(0, gateLimits.platformsShown)) {
    const image = await ports.metadata.images.find(repository, each);
    if (image === undefined) continue;
    findings.push(...(await weighedFindings(ports, repository, image, type)));
    const known = await knownInventory(ports, repository, image);
    for (const one of known?.inventory.packages ?? []) {
      packages ??= new Set();
      packages.add(`${one.name} ${one.version}`);
    }
  }
  return { findings, packages };
}

async function adviceOn(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
  findNewerBases: FindNewerBases,
): Promise<readonly Advice[] | undefined> {
  try {
    return (await describeAdvice(ports, registry, name, { digest }, findNewerBases)).advice;
  } catch (error) {
    // An index has none, nor has what was not scanned, or is in the archive.
    if (isRegistryError(error) && !isRegistryError(error, "Kms")) return undefined;
    throw error;
  }
}

async function differenceToApproved(
  ports: Ports,
  repository: Repository,
  image: Image,
  contents: Contents,
): Promise<Difference | undefined> {
  const tree = new Set(await treeOf(ports.metadata, repository, image.digest));
  const isIndex = isIndexType(image.mediaType);
  for (const to of await ports.metadata.gates.approvals(repository, gateLimits.approvalsSearched)) {
    if (tree.has(to.digest)) continue;
    const other = await ports.metadata.images.find(repository, to.digest);
    // An index is held against an index, not against one of its platforms.
    if (other === undefined || isIndexType(other.mediaType) !== isIndex) continue;
    const approved = await contentsOf(ports, repository, to.digest);
    const [now, then] = [namesOf(contents.findings), namesOf(approved.findings)];
    const [packages, were] = [contents.packages ?? none, approved.packages ?? none];
    return {
      to,
      ...{ addedFindings: without(now, then), goneFindings: without(then, now) },
      ...{ addedPackages: without(packages, were), gonePackages: without(were, packages) },
    };
  }
  return undefined;
}

const none: ReadonlySet<string> = new Set();

/** By package's name, without its version: that a package is newer makes no finding another one. */
function namesOf(findings: readonly WeighedFinding[]): ReadonlySet<string> {
  return new Set(findings.map((each) => `${each.vulnerabilityId} ${each.package.name}`));
}

function without(these: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...these].filter((each) => !others.has(each)).sort();
}

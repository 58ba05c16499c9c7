import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image, ImageReference, ImageWithTags } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { activeImage, type NamedImage } from "../scanning/active-image.ts";
import { type ImageConfig, parseImageConfig } from "../scanning/advice/image-config.ts";
import { type BuildStep, buildSteps } from "../scanning/advice/image-history.ts";
import { hideSecrets } from "../scanning/advice/secrets/find-secrets.ts";
import { FileRefused } from "../scanning/file-analyzer.ts";
import { isScannable, readConfig } from "../scanning/inventory-image.ts";
import type { FoldedImage } from "./fold-images.ts";
import { foldImages } from "./fold-images.ts";
import { searchLimits } from "./search-limits.ts";

/** A layer with the step that made it. */
export interface OverviewLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Where history and layers agree in number. Without what is secret in it. */
  readonly step: Pick<BuildStep, "instruction" | "text"> | undefined;
  /** Other repositories that hold it, of those that the caller may see; some. */
  readonly sharedWith: readonly RepositoryName[];
}

export interface ImageOverview {
  readonly folded: FoldedImage;
  /** Absent of an index, of an artifact, and where the config is none. */
  readonly config: ImageConfig | undefined;
  readonly layers: readonly OverviewLayer[];
  /** All steps, also those that made no layer; without what is secret in them. */
  readonly steps: readonly BuildStep[];
}

/**
 * What an image is made of. Values of the environment, and steps, are told without what looks secret.
 * @param maySee which of the repositories that share a layer are named
 * @throws RepositoryNotFound, ImageNotFound, Kms
 * @throws ImageArchived for an image that can not be pulled now
 */
export async function describeOverview(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  maySee: (other: Repository) => Promise<boolean>,
): Promise<ImageOverview> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const folded = await foldedImage(ports, repository, image);
  const references = await ports.metadata.images.references(repository, image.digest);
  const config = await configOf(ports, repository, image, references);
  const steps = config === undefined ? [] : buildSteps(config).map(withoutSecrets);
  const layers: OverviewLayer[] = [];
  const ofLayers = references.filter(({ kind }) => kind === "layer");
  for (const { digest, mediaType, sizeBytes } of ofLayers) {
    const sharedWith = await sharers(ports, repository, digest, maySee);
    const diffId = diffIdOf(config, ofLayers.length, layers.length);
    const step = steps.find(({ layerDiffId }) => diffId !== undefined && layerDiffId === diffId);
    layers.push({ digest, mediaType, sizeBytes, step, sharedWith });
  }
  return { folded, config: config && hidden(config), layers, steps };
}

async function foldedImage(ports: Ports, repository: Repository, image: ImageWithTags) {
  const position = { value: 0, key: image.digest };
  const [folded] = await foldImages(ports, repository, [
    { image, tagCount: image.tags.length, position },
  ]);
  if (folded === undefined) throw new RegistryError("ImageNotFound", "The image is gone");
  return folded;
}

async function configOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  references: readonly ImageReference[],
): Promise<ImageConfig | undefined> {
  const config = references.find(({ kind }) => kind === "config");
  if (config === undefined || isIndexType(image.mediaType) || !isScannable(image)) return undefined;
  try {
    return parseImageConfig(await readConfig(ports, repository, config.digest));
  } catch (error) {
    if (error instanceof FileRefused) return undefined;
    throw error;
  }
}

/** References name a layer once; where an image has it twice, places do not tell which step made it. */
function diffIdOf(config: ImageConfig | undefined, layers: number, at: number) {
  return config?.diffIds.length === layers ? config.diffIds[at] : undefined;
}

async function sharers(
  ports: Ports,
  repository: Repository,
  digest: Digest,
  maySee: (other: Repository) => Promise<boolean>,
): Promise<RepositoryName[]> {
  const { sharersPerLayer } = searchLimits;
  const { registry } = repository;
  const names: RepositoryName[] = [];
  for (const other of await ports.metadata.layers.holders(registry, digest, sharersPerLayer + 1)) {
    // One in the trash has another name than it had.
    if (other.id === repository.id || other.name.startsWith("~")) continue;
    if (names.length < sharersPerLayer && (await maySee(other))) names.push(other.name);
  }
  return names;
}

function withoutSecrets(step: BuildStep): BuildStep {
  const text = hideSecrets(step.text);
  return { ...step, text, buildArguments: step.buildArguments.map(hideSecrets) };
}

function hidden(config: ImageConfig): ImageConfig {
  const { entrypoint, command, labels } = config;
  return {
    ...config,
    env: config.env.map(hideSecrets),
    ...{ entrypoint: entrypoint.map(hideSecrets), command: command.map(hideSecrets) },
    labels: new Map([...labels].map(([name, value]) => [name, hideSecrets(value)])),
  };
}

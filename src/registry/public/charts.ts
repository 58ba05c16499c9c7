import type { Ports } from "../../ports/ports.ts";
import type { BoundedCache } from "../bounded-cache.ts";
import { imageNotFound } from "../images/get-image.ts";
import type { Image, ImageReference } from "../images/image.ts";
import { activeOnly } from "../images/list-images.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { readConfig } from "../scanning/inventory-image.ts";
import { type ChartFields, parseChart } from "./chart-fields.ts";

/** Source: Helm, HIP-0006, "OCI Support". */
export const chartTypes = {
  config: "application/vnd.cncf.helm.config.v1+json",
  archive: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  provenance: "application/vnd.cncf.helm.chart.provenance.v1.prov",
} as const;

export const chartLimits = {
  /** Charts of one repository that its index tells of. */
  versions: 500,
  /** A larger config tells of no chart. */
  configBytes: 32 * 1024,
  configsAtOnce: 8,
  /** Of each process: charts whose fields it remembers. */
  remembered: 2_000,
} as const;

/** A chart of a public repository. */
export interface PublicChart {
  /** Of its manifest. */
  readonly digest: Digest;
  readonly fields: ChartFields;
  readonly archive: Digest;
  /** Milliseconds since the epoch. */
  readonly pushedAt: number;
}

/** By repository and manifest. What is no chart is remembered as that. */
export type KnownCharts = BoundedCache<string, PublicChart | "none">;

/**
 * The charts of a repository, the first 500 by digest. What is no chart is not among them.
 * @throws Kms where the repository's key may not be used
 */
export async function chartsIn(
  ports: Ports,
  repository: Repository,
  known: KnownCharts,
): Promise<readonly PublicChart[]> {
  const page = { limit: chartLimits.versions };
  const images = await ports.metadata.images.list(repository, page, { states: activeOnly });
  const waiting = images.filter(({ configMediaType }) => configMediaType === chartTypes.config);
  const charts: PublicChart[] = [];
  for (let start = 0; start < waiting.length; start += chartLimits.configsAtOnce) {
    const some = waiting.slice(start, start + chartLimits.configsAtOnce);
    const found = await Promise.all(some.map((image) => chartOf(ports, repository, image, known)));
    charts.push(...found.filter((each) => each !== undefined));
  }
  return charts;
}

async function chartOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  known: KnownCharts,
): Promise<PublicChart | undefined> {
  const key = `${repository.id} ${image.digest}`;
  const found = known.get(key) ?? (await readChart(ports, repository, image)) ?? "none";
  known.set(key, found);
  return found === "none" ? undefined : found;
}

async function readChart(
  ports: Ports,
  repository: Repository,
  { digest, pushedAt }: Image,
): Promise<PublicChart | undefined> {
  const references = await ports.metadata.images.references(repository, digest);
  const config = references.find(({ kind }) => kind === "config");
  const archive = layerOf(references, chartTypes.archive);
  if (config === undefined || archive === undefined) return undefined;
  if (config.sizeBytes > chartLimits.configBytes) return undefined;
  const fields = parseChart(await readConfig(ports, repository, config.digest));
  return fields && { digest, fields, archive, pushedAt };
}

function layerOf(references: readonly ImageReference[], type: string): Digest | undefined {
  const isIt = ({ kind, mediaType }: ImageReference) => kind === "layer" && mediaType === type;
  return references.find(isIt)?.digest;
}

/**
 * The layer with the archive of a chart, or with its provenance file.
 * @throws ImageNotFound where there is no such chart, or it has no provenance
 */
export async function chartLayer(
  { metadata }: Pick<Ports, "metadata">,
  repository: Repository,
  digest: Digest,
  part: "archive" | "provenance",
): Promise<Digest> {
  const image = await metadata.images.find(repository, digest);
  if (image?.state !== "ACTIVE" || image.configMediaType !== chartTypes.config) {
    throw imageNotFound();
  }
  const references = await metadata.images.references(repository, digest);
  const layer = layerOf(references, chartTypes[part]);
  if (layer === undefined) throw imageNotFound();
  return layer;
}

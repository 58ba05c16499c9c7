/** `entrepot report-in-use`: which images of a registry run on this machine. */
import type { ReportFailure } from "../../operations/entrepot/report-images-in-use.ts";
import type { ContainerRuntime, RunningImage } from "../../ports/container-runtime.ts";
import { limits } from "../../registry/limits.ts";
import { isDigest, isRepositoryName } from "../../registry/names.ts";
import { isRefusal } from "./call-server.ts";
import { CommandError } from "./client.ts";
import type { Server } from "./server.ts";
import { printable } from "./table.ts";

/** Which runtimes are to be asked. */
export interface RuntimeWish {
  /** A socket, or "auto" for those that are found. */
  readonly docker: string | undefined;
  readonly containerd: string | undefined;
  /** Of containerd. */
  readonly namespaces: readonly string[];
}

export interface ReportWish {
  readonly reporter: string;
  readonly expiresInSeconds: number;
  /** Hosts under which the registry is pulled from, beside those that it says itself. */
  readonly hosts: readonly string[];
}

interface ReportedImage {
  readonly repositoryName: string;
  readonly imageDigest: string;
}

/** What became of one report. */
export interface InUseReport {
  readonly reporter: string;
  /** What runs here and counts as in use from now on. */
  readonly images: readonly ReportedImage[];
  /** What runs here and the registry does not have. */
  readonly failures: readonly ReportFailure[];
  /** Why this is not all. */
  readonly problems: readonly string[];
}

/** Asks the runtimes, and tells the server what they say. Never rejects for what may pass. */
export async function reportInUse(
  open: { server(): Promise<Server>; runtimes(): readonly ContainerRuntime[] },
  wish: ReportWish,
): Promise<InUseReport> {
  const problems: string[] = [];
  const failures: ReportFailure[] = [];
  const images: ReportedImage[] = [];
  const tell = noteIn(problems);
  const running: RunningImage[] = [];
  for (const runtime of await tell(async () => open.runtimes(), [])) {
    const found = await tell(() => runtime.runningImages(), [], `${runtime.name}: `);
    running.push(...found);
  }
  const server = await tell<Server | undefined>(() => open.server(), undefined);
  if (server !== undefined) {
    const hosts = await tell(() => registryHosts(server, wish.hosts), undefined);
    for (const batch of hosts === undefined ? [] : batchesOf(imagesFrom(hosts, running))) {
      const unknown = await reportBatch(server, wish, batch, tell);
      failures.push(...unknown.failures);
      images.push(...unknown.images);
    }
  }
  return { reporter: wish.reporter, images, failures, problems };
}

type Tell = <T>(work: () => Promise<T>, otherwise: T, where?: string) => Promise<T>;

/** Notes what went wrong, but for what is wrong with the words of the command. */
function noteIn(problems: string[]): Tell {
  return async (work, otherwise, where = "") => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof CommandError && error.exitCode === 2) throw error;
      problems.push(`${where}${error.message}`);
      return otherwise;
    }
  };
}

/**
 * Host and port that images of the registry are pulled from: the server's as it is asked here, the one
 * in `repositoryUri`, and what the command was told. Who may not have a token goes without the second.
 */
async function registryHosts(server: Server, given: readonly string[]): Promise<Set<string>> {
  const hosts = new Set([new URL(server.origin).host, ...given]);
  try {
    const { authorizationData } = await server.call("ecr:GetAuthorizationToken", {});
    for (const { proxyEndpoint = "" } of authorizationData ?? []) {
      const url = URL.parse(proxyEndpoint);
      if (url !== null) hosts.add(url.host);
    }
  } catch (error) {
    if (!isRefusal(error, "AccessDeniedException")) throw error;
  }
  return hosts;
}

/** Each once, by repository, so that few batches speak of the same one. */
function imagesFrom(hosts: ReadonlySet<string>, running: readonly RunningImage[]): ReportedImage[] {
  const images = new Map<string, ReportedImage>();
  for (const { repository, digest } of running) {
    const slash = repository.indexOf("/");
    const repositoryName = repository.slice(slash + 1);
    if (slash === -1 || !hosts.has(repository.slice(0, slash))) continue;
    if (!isRepositoryName(repositoryName) || !isDigest(digest)) continue;
    images.set(`${repositoryName} ${digest}`, { repositoryName, imageDigest: digest });
  }
  return [...images].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, image]) => image);
}

function batchesOf(images: readonly ReportedImage[]): ReportedImage[][] {
  const batches: ReportedImage[][] = [];
  for (let start = 0; start < images.length; start += limits.batchItems) {
    batches.push(images.slice(start, start + limits.batchItems));
  }
  return batches;
}

type Reported = Pick<InUseReport, "images" | "failures">;
const nothing: Reported = { images: [], failures: [] };

/** One call, or one for each repository where some are not this caller's to speak of. */
async function reportBatch(
  server: Server,
  wish: ReportWish,
  batch: readonly ReportedImage[],
  tell: Tell,
): Promise<Reported> {
  const names = new Set(batch.map(({ repositoryName }) => repositoryName));
  const whole = await tell(async () => {
    try {
      return await callFor(server, wish, batch);
    } catch (error) {
      if (names.size > 1 && isRefusal(error, "AccessDeniedException")) return undefined;
      throw error;
    }
  }, nothing);
  if (whole !== undefined) return whole;
  const parts: Reported[] = [];
  for (const name of names) {
    const images = batch.filter(({ repositoryName }) => repositoryName === name);
    parts.push(await tell(() => callFor(server, wish, images), nothing));
  }
  return {
    images: parts.flatMap(({ images }) => images),
    failures: parts.flatMap(({ failures }) => failures),
  };
}

async function callFor(
  server: Server,
  { reporter, expiresInSeconds }: ReportWish,
  images: readonly ReportedImage[],
): Promise<Reported> {
  const input = { reporter, expiresInSeconds, images: [...images] };
  const { failures } = await server.call("entrepot:ReportImagesInUse", input);
  const isUnknown = (image: ReportedImage) =>
    failures.some(
      ({ repositoryName, imageDigest }) =>
        repositoryName === image.repositoryName && imageDigest === image.imageDigest,
    );
  return { images: images.filter((image) => !isUnknown(image)), failures };
}

export function inUseText({ reporter, images, failures }: InUseReport): string {
  const count = images.length === 1 ? "1 image" : `${images.length} images`;
  return [
    `Reported ${count} in use as ${reporter}.`,
    ...images.map(({ repositoryName, imageDigest }) => `  ${repositoryName}@${imageDigest}`),
    ...failures.map(
      ({ repositoryName, imageDigest }) =>
        `The registry does not have ${repositoryName}@${imageDigest}, which runs here.`,
    ),
  ]
    .map(printable)
    .join("\n");
}

export interface Reporting {
  report(): Promise<InUseReport>;
  /** @param nextInMs until the next report */
  show(report: InUseReport, nextInMs: number): void;
  /** Resolves after so long, or when it is to stop. */
  pause(milliseconds: number): Promise<void>;
  readonly stopped: AbortSignal;
  readonly intervalMs: number;
}

/** How soon a report that was not all is tried again, unless the next one is sooner. */
const retryMs = 30_000;

/** Reports until it is stopped, whatever is away meanwhile. */
export async function keepReporting(reporting: Reporting): Promise<void> {
  const { stopped, intervalMs } = reporting;
  while (!stopped.aborted) {
    const report = await reporting.report();
    const waitMs = report.problems.length > 0 ? Math.min(retryMs, intervalMs) : intervalMs;
    reporting.show(report, waitMs);
    if (!stopped.aborted) await reporting.pause(waitMs);
  }
}

/** What `entrepot scan` opens: of the composition root, the part of this command. */
import { stat } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import type { Readable } from "node:stream";
import { IndexDirectory } from "../adapters/advisories/index-directory.ts";
import { HttpEgress } from "../adapters/egress/http-egress.ts";
import { openImageFiles } from "../adapters/image-source/open-image-files.ts";
import { RegistryImage } from "../adapters/image-source/registry-image.ts";
import type { RegistryPlace } from "../adapters/image-source/registry-place.ts";
import { LayerAnalysisThreads } from "../adapters/layer-analysis/layer-analysis-threads.ts";
import type { Config } from "../config.ts";
import { type Client, CommandError } from "../doors/cli/client.ts";
import { dockerConfig } from "../doors/cli/docker-config.ts";
import { readTextFile } from "../doors/cli/ini-file.ts";
import type { OpenedScan, ScanCommands, ScanWish } from "../doors/cli/scan/scan.ts";
import { openServer, serverAddress } from "../doors/cli/server.ts";
import type { ImageSource } from "../ports/image-source.ts";
import type { LayerAnalysis } from "../ports/layer-analysis.ts";
import { isAccountId, isRegion } from "../registry/names.ts";
import { type ImageName, parseImageName } from "../registry/scanning/outside/image-name.ts";
import { readSource } from "../registry/scanning/outside/read-source.ts";
import { openVulndb } from "../server/open-vulndb.ts";

export interface ScanProgram {
  readonly config: Pick<Config, "dataDirectory" | "isEgressListed" | "vulnerabilityFeeds">;
  readonly client: Client;
  readonly standardInput: Readable;
  /** Other than the package's. */
  readonly snapshot?: string;
  /** Other than threads for this run alone. */
  readonly analysis?: LayerAnalysis;
}

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];
/** Layers that are looked into at once: more of them gain little, and each may take much memory. */
const mostThreads = 4;

export function scanCommands(program: ScanProgram): ScanCommands {
  return { run: (wish, work) => run(program, wish, work) };
}

async function run<Result>(
  program: ScanProgram,
  wish: ScanWish,
  work: (opened: OpenedScan) => Promise<Result>,
): Promise<Result> {
  const { config } = program;
  const closing: (() => unknown)[] = [];
  try {
    const source = await openSource(program, wish, closing);
    closing.push(() => source.close());
    const { image: name, platform } = wish;
    const choice = { name, platform, ownPlatform: ownPlatform() };
    const image = await source.image(choice);
    const analysis = program.analysis ?? ownThreads(closing);
    const read = await readSource(analysis, image);
    const indexes = await openIndexes(program, wish.vulndb);
    closing.push(() => indexes.close());
    const index = await indexes.current();
    const { staleMs } = config.vulnerabilityFeeds;
    // A tree of files has no manifest: it is known by what it would be as a layer.
    const digest = image.digest || (read.layers[0]?.diffId ?? "");
    return await work({ source: { name: image.name, digest }, read, index, staleMs });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function ownThreads(closing: (() => unknown)[]): LayerAnalysis {
  const analysis = new LayerAnalysisThreads(Math.min(availableParallelism(), mostThreads));
  closing.push(() => analysis.close());
  return analysis;
}

/** As images call it. */
function ownPlatform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `linux/${architectures[process.arch] ?? process.arch}`;
}

async function openIndexes(
  { config, snapshot }: ScanProgram,
  directory: string | undefined,
): Promise<IndexDirectory> {
  if (directory === undefined) return openVulndb(config, snapshot);
  // What is named is there: a wrong name is not another word for none.
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return new IndexDirectory(directory, undefined);
  throw new CommandError(`there is no directory ${directory}`, 2);
}

async function openSource(
  program: ScanProgram,
  wish: ScanWish,
  closing: (() => unknown)[],
): Promise<ImageSource> {
  const { target } = wish;
  const input = target === "-" ? program.standardInput : undefined;
  if (input !== undefined || (await isThere(target))) {
    return openImageFiles(input ?? target, tmpdir());
  }
  const name = /^[./]/.test(target) ? undefined : parseImageName(target);
  if (name === undefined) throw new CommandError(`there is no ${target}`, 2);
  const own = await ownPlace(program, wish, name);
  const { isEgressListed } = program.config;
  // This machine's own server is where the settings say, whatever the address.
  const egress = new HttpEgress({ isListed: own === undefined ? isEgressListed : () => true });
  closing.push(() => egress.close());
  return new RegistryImage(egress, own ?? (await otherPlace(program, wish, name)));
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** A name without host, or with one of this deployment's: pulled with the key that the client has. */
async function ownPlace(
  { client }: ScanProgram,
  { server: options, target }: ScanWish,
  { host, repository, reference }: ImageName,
): Promise<RegistryPlace | undefined> {
  const { origin } = await serverAddress(client, options);
  const known = [origin, client.httpUrl, client.httpsUrl].flatMap((url) => url ?? []);
  const listener = known.find((url) => isSameHost(new URL(url), host ?? ""));
  const isOwn = host === undefined || listener !== undefined || isRegistryHost(host, client.domain);
  if (!isOwn) return undefined;
  const server = await openServer(client, options);
  const { authorizationData } = await server.call("ecr:GetAuthorizationToken", {});
  const authority = await readTextFile(client.authorityFile);
  return {
    origin: listener ?? (host === undefined ? origin : `https://${host}`),
    ...{ repository, reference, name: target },
    basic: authorizationData?.[0]?.authorizationToken,
    authorities: authority === "" ? [] : [authority],
    plainHttp: "anywhere",
  };
}

/** This machine has several names. */
function isSameHost(known: URL, host: string): boolean {
  const other = URL.parse(`${known.protocol}//${host}`);
  if (other === null || other.port !== known.port) return false;
  const areHere = [known, other].every(({ hostname }) => loopbackNames.includes(hostname));
  return areHere || other.hostname === known.hostname;
}

/** `<account>.dkr.ecr.<region>.<domain>`, with or without port: nobody else is shown what opens these. */
function isRegistryHost(host: string, domain: string): boolean {
  const [account = "", dkr, ecr, region = "", ...parent] = host.replace(/:\d+$/, "").split(".");
  const isShaped = isAccountId(account) && dkr === "dkr" && ecr === "ecr" && isRegion(region);
  return isShaped && parent.join(".") === domain;
}

/** With what Docker on this machine logged in by, where it keeps that in its file. */
async function otherPlace(
  { client }: ScanProgram,
  { target }: ScanWish,
  { host = "", repository, reference }: ImageName,
): Promise<RegistryPlace> {
  const isHub = host === "registry-1.docker.io";
  const login = isHub ? "https://index.docker.io/v1/" : host;
  const { auth, isInsecure } = await dockerConfig(client.dockerConfigDirectory, login);
  // As Docker: what is on this machine has no TLS. It is asked only where the operator listed its address.
  const isPlain = isInsecure || /^(localhost|127\.[\d.]+)(:\d+)?$/.test(host);
  const origin = `${isPlain ? "http" : "https"}://${host}`;
  return { ...{ origin, repository, reference, name: target }, basic: auth };
}

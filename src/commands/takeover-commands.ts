/** What `entrepot import` and `export` open: of the composition root, the part of these commands. */
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { HttpEgress } from "../adapters/egress/http-egress.ts";
import { DirectoryFiles } from "../adapters/image-source/directory-files.ts";
import { isDockerArchive } from "../adapters/image-source/docker-archive.ts";
import { isOciLayout } from "../adapters/image-source/oci-layout.ts";
import { openArchiveFile } from "../adapters/image-source/spool-archive.ts";
import { isBundle } from "../adapters/takeover/bundle-reader.ts";
import {
  DistributionDirectory,
  distributionRoot,
} from "../adapters/takeover/distribution-directory.ts";
import { DockerArchiveSource } from "../adapters/takeover/docker-archive-source.ts";
import { LayoutSource } from "../adapters/takeover/layout-source.ts";
import { type Client, CommandError } from "../doors/cli/client.ts";
import type {
  OpenedSource,
  SourceWish,
  TakeoverCommands,
  TakeoverMachine,
} from "../doors/cli/takeover/takeover.ts";
import type { ContentFiles } from "../ports/content-files.ts";
import { refusedStatus } from "../registry/scanning/scan-refusal.ts";
import { parseRegistryUrl } from "../registry/takeover/source-url.ts";
import { TakeoverFailure } from "../registry/takeover/takeover-failure.ts";
import {
  type BundleProgram,
  makeKey,
  openBundle,
  readInventory,
  runExport,
} from "./bundle-commands.ts";
import { openLiveSource } from "./live-sources.ts";

export interface TakeoverProgram extends BundleProgram {
  readonly client: Client;
}

type Closing = (() => unknown)[];

export function takeoverCommands(program: TakeoverProgram): TakeoverCommands {
  return {
    makeKey,
    inventory: readInventory,
    writeBundle: (wish) => runExport(program, wish),
    withMachine: (work) => withMachine(work),
    withSource: (wish, work) => withSource(program, wish, work),
  };
}

const pause = async (milliseconds: number) => void (await setTimeout(milliseconds));

async function withMachine<Result>(
  work: (machine: TakeoverMachine) => Promise<Result>,
): Promise<Result> {
  // The server is the operator's own, wherever it is.
  const serverEgress = new HttpEgress({ isListed: () => true });
  try {
    return await work({ serverEgress, pause });
  } finally {
    serverEgress.close();
  }
}

async function withSource<Result>(
  program: TakeoverProgram,
  wish: SourceWish,
  work: (opened: OpenedSource, machine: TakeoverMachine) => Promise<Result>,
): Promise<Result> {
  const closing: Closing = [];
  try {
    const opened = await openSource(program, wish, closing);
    closing.push(() => opened.source.close());
    return await withMachine((machine) => work(opened, machine));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function openSource(
  program: TakeoverProgram,
  wish: SourceWish,
  closing: Closing,
): Promise<OpenedSource> {
  const { source } = wish;
  const url = parseRegistryUrl(source);
  if (url !== undefined) {
    const live = await openLiveSource(program, url, wish, pause, closing).catch(
      (error: unknown) => {
        throw error instanceof TakeoverFailure ? new CommandError(error.message) : error;
      },
    );
    return { ...live, fallbackName: "" };
  }
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw new CommandError(`there is no ${source}`, 2);
  const fallbackName = repositoryName(source);
  try {
    if (found.isFile() && (await isBundle(source))) {
      return { ...(await openBundle(program, wish)), fallbackName };
    }
    const opened = found.isDirectory() ? await inDirectory(source) : await inArchive(source);
    if (opened !== undefined) return { ...opened, fallbackName };
  } catch (error) {
    const isTold = refusedStatus(error) !== undefined || error instanceof TakeoverFailure;
    if (!isTold) throw error;
    throw new CommandError(`${source}: ${(error as Error).message}`);
  }
  throw new CommandError(`${source} is neither a layout, nor an archive of images, nor a registry`);
}

async function inDirectory(
  path: string,
): Promise<Pick<OpenedSource, "source" | "kind"> | undefined> {
  const root = await distributionRoot(path);
  if (root !== undefined) {
    return { source: new DistributionDirectory(root), kind: "Registry's storage directory" };
  }
  return inFiles(new DirectoryFiles(path));
}

async function inArchive(file: string): Promise<Pick<OpenedSource, "source" | "kind"> | undefined> {
  const files = await openArchiveFile(file, tmpdir());
  const opened = await inFiles(files).catch(() => undefined);
  if (opened === undefined) await files.close();
  return opened;
}

async function inFiles(
  files: ContentFiles,
): Promise<Pick<OpenedSource, "source" | "kind"> | undefined> {
  if (await isOciLayout(files)) return { source: new LayoutSource(files), kind: "OCI layout" };
  if (!(await isDockerArchive(files))) return undefined;
  return { source: new DockerArchiveSource(files), kind: "Docker archive" };
}

/** `My App.tar` -> `my-app` */
function repositoryName(path: string): string {
  const name = basename(path).replace(/(\.(tar|gz|tgz|zst))+$/i, "");
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

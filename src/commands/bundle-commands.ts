/** What bundles are written with and taken from: of the composition root, the part of `export` and `import`. */
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ImportUnderWay } from "../adapters/advisories/index-directory.ts";
import { makeBundleKey, readSigningKey, readTrustedKey } from "../adapters/takeover/bundle-keys.ts";
import { isBundle, readBundleList, verifyBundle } from "../adapters/takeover/bundle-reader.ts";
import { BundleSource } from "../adapters/takeover/bundle-source.ts";
import { writeBundle } from "../adapters/takeover/bundle-writer.ts";
import type { Config } from "../config.ts";
import { CommandError } from "../doors/cli/client.ts";
import type {
  BundleWish,
  OpenedSource,
  SourceWish,
  WrittenBundle,
} from "../doors/cli/takeover/takeover.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import { Digester } from "../registry/digest.ts";
import type { Digest } from "../registry/names.ts";
import {
  type BundledAdvisories,
  type Inventory,
  inventoryOf,
  parseInventory,
} from "../registry/takeover/bundle-document.ts";
import { persevere } from "../registry/takeover/persevere.ts";
import { planBundle } from "../registry/takeover/plan-bundle.ts";
import { TakeoverFailure } from "../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../registry/takeover/takeover-limits.ts";
import { openSharedVulndb, openVulndb } from "../server/open-vulndb.ts";

export interface BundleProgram {
  readonly config: Config;
  readonly clock: Clock;
  /** Opens the database of a fleet; whoever is given it closes it. */
  readonly openFleet: (config: Config) => Promise<MetadataStore>;
}

export async function makeKey(file: string) {
  try {
    return await makeBundleKey(file);
  } catch (error) {
    throw new TakeoverFailure("refused", `No key was made: ${(error as Error).message}`);
  }
}

export async function readInventory(file: string): Promise<Inventory> {
  const found = await stat(file).catch((error: Error) => {
    throw new TakeoverFailure("refused", error.message);
  });
  if (await isBundle(file)) return inventoryOf(await readBundleList(file));
  if (found.size > takeoverLimits.bundleListBytes) {
    throw new TakeoverFailure("refused", `${file} is too large for an inventory`);
  }
  return parseInventory(await readFile(file, "utf8"));
}

export async function runExport(program: BundleProgram, wish: BundleWish): Promise<WrittenBundle> {
  const { file, key: keyFile, wanted, other, pause } = wish;
  const key = await readSigningKey(keyFile);
  const plan = await planBundle(wanted, other, pause);
  const advisories = wish.advisories ? await ownAdvisories(program.config) : undefined;
  const createdAt = new Date(program.clock.now()).toISOString();
  const { repositories, contents, origins, leftOut } = plan;
  const document = {
    ...{ createdAt, repositories, contents, omitted: [...(other?.layers ?? [])] },
    ...(advisories !== undefined && { advisories: advisories.listed }),
  };
  const keyId = await writeBundle(file, document, key, {
    read: async ({ digest, sizeBytes }) => {
      const { repository, isManifest } = origins.get(digest)!;
      if (!isManifest) return persevere(() => repository.content(digest, sizeBytes), pause);
      const { bytes } = await persevere(() => repository.manifest(digest), pause);
      return Readable.from([bytes], { objectMode: false });
    },
    readAdvisories: async () => createReadStream(advisories?.path ?? ""),
  });
  const { size: bytes } = await stat(file);
  return { keyId, repositories: repositories.length, contents: contents.length, bytes, leftOut };
}

/** Nothing of it is used before every byte of it was verified. */
export async function openBundle(
  program: BundleProgram,
  { source: file, trusted, advisories: isWanted }: SourceWish,
): Promise<Pick<OpenedSource, "source" | "kind" | "adopt">> {
  const keys = await Promise.all(trusted.map(readTrustedKey));
  const bundle = await verifyBundle(file, keys);
  const kind = `Bundle of ${bundle.document.createdAt}, signed by ${bundle.keyId}`;
  const source = new BundleSource(bundle);
  const { advisories } = bundle.document;
  if (advisories === undefined) return { source, kind };
  const adopt = async () => {
    if (isWanted) return adoptAdvisories(program, advisories, () => bundle.advisories!.stream());
    return "Advisories came along; --advisories makes them those of the data directory.";
  };
  return { source, kind, adopt };
}

async function ownAdvisories(config: Config) {
  const indexes = openVulndb(config);
  try {
    const found = await indexes.file();
    if (found === undefined) throw new TakeoverFailure("missing", "There are no advisories");
    const { name, path } = found;
    const digester = new Digester("sha256");
    for await (const piece of createReadStream(path)) digester.update(piece as Buffer);
    const { size: sizeBytes } = await stat(path);
    const listed: BundledAdvisories = { name, sizeBytes, digest: digester.digest() as Digest };
    return { path, listed };
  } finally {
    indexes.close();
  }
}

/** What is there and younger stays. */
async function adoptAdvisories(
  { config, clock, openFleet }: BundleProgram,
  { name }: BundledAdvisories,
  open: () => Readable,
): Promise<string> {
  const warn = (sentence: string) => process.stderr.write(`entrepot: ${sentence}\n`);
  const metadata = config.database === undefined ? undefined : await openFleet(config);
  const indexes =
    metadata === undefined
      ? openVulndb(config)
      : openSharedVulndb(config, { metadata, clock, warn });
  try {
    const builtAt = Number(/-(\d+)\.db$/.exec(name)?.[1]);
    const own = (await indexes.current())?.about.builtAt ?? 0;
    if (own >= builtAt) return "Its advisories are not younger than those that are here.";
    await indexes.adopt(name, (path) =>
      pipeline(open(), createWriteStream(path, { flags: "wx", flush: true })),
    );
    return "Its advisories are those of the data directory now.";
  } catch (error) {
    if (error instanceof ImportUnderWay) throw new CommandError(error.message);
    throw error;
  } finally {
    indexes.close();
    await metadata?.close();
  }
}

import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FeedAddresses, FetchedFeed } from "../../ports/advisories.ts";
import { type Egress, EgressError } from "../../ports/egress.ts";

const megabyte = 1024 * 1024;
const largestArchive = 2_048 * megabyte;
const largestTable = 256 * megabyte;
const largestRecord = 64 * megabyte;
const archiveMs = 30 * 60_000;
const tableMs = 5 * 60_000;
/** Fewer changed records are fetched one by one; the whole archive is quicker for more. */
const mostSingles = 200;
const largestList = 256 * megabyte;

/** Fetches what is published into a directory, each feed for itself: one that fails leaves out itself. */
export async function fetchFeeds(
  egress: Egress,
  addresses: FeedAddresses,
  directory: string,
  rest: {
    /** Until when changes of an ecosystem are known, of those that were fetched whole once. */
    readonly followed: Readonly<Record<string, number>>;
    readonly onFeed?: (feed: string) => void;
  },
): Promise<FetchedFeed[]> {
  const fetched: FetchedFeed[] = [];
  const each = async (feed: string, work: () => Promise<Omit<FetchedFeed, "feed">>) => {
    rest.onFeed?.(feed);
    try {
      fetched.push({ feed, ...(await work()) });
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      fetched.push({ feed, sizeBytes: 0, failure: error.message, isWhole: false });
    }
  };
  const { osv } = addresses;
  for (const ecosystem of osv === undefined ? [] : addresses.ecosystems) {
    const since = rest.followed[ecosystem];
    const work = () => fetchEcosystem(egress, osv ?? "", { ecosystem, directory, since });
    await each(ecosystem, work);
  }
  for (const [feed, url, name] of [
    ["kev", addresses.kev, "kev.json"],
    ["epss", addresses.epss, "epss.csv.gz"],
  ] as const) {
    if (url === undefined) continue;
    const bounds = { maximumBytes: largestTable, timeoutMs: tableMs };
    await each(feed, async () => {
      return { sizeBytes: await toFile(egress, url, join(directory, name), bounds), isWhole: true };
    });
  }
  return fetched;
}

interface Wanted {
  readonly ecosystem: string;
  readonly directory: string;
  readonly since: number | undefined;
}

async function fetchEcosystem(
  egress: Egress,
  base: string,
  { ecosystem, directory, since }: Wanted,
): Promise<Omit<FetchedFeed, "feed">> {
  const url = `${base}/${encodeURIComponent(ecosystem)}`;
  const folder = join(directory, encodeURIComponent(ecosystem));
  await mkdir(folder, { recursive: true });
  const changed = since === undefined ? undefined : await changedSince(egress, url, since);
  if (changed !== undefined) {
    let sizeBytes = 0;
    for (const [at, id] of changed.entries()) {
      const bounds = { maximumBytes: largestRecord, timeoutMs: tableMs };
      const record = `${url}/${encodeURIComponent(id)}.json`;
      sizeBytes += await toFile(egress, record, join(folder, `${at}.json`), bounds);
    }
    return { sizeBytes, isWhole: false };
  }
  const bounds = { maximumBytes: largestArchive, timeoutMs: archiveMs };
  const sizeBytes = await toFile(egress, `${url}/all.zip`, join(folder, "all.zip"), bounds);
  return { sizeBytes, isWhole: true };
}

/** Ids of what was modified since, or `undefined` when that is much. The list is the newest first. */
async function changedSince(
  egress: Egress,
  url: string,
  since: number,
): Promise<readonly string[] | undefined> {
  const body = await bodyOf(egress, `${url}/modified_id.csv`, {
    maximumBytes: largestList,
    timeoutMs: tableMs,
  });
  const ids: string[] = [];
  let rest = "";
  try {
    for await (const piece of body) {
      const lines = (rest + String(piece)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const comma = line.indexOf(",");
        const time = Date.parse(line.slice(0, comma));
        if (comma === -1 || !(time >= since)) return ids;
        ids.push(line.slice(comma + 1).trim());
        if (ids.length > mostSingles) return undefined;
      }
    }
    return ids;
  } finally {
    body.destroy();
  }
}

interface Bounds {
  readonly maximumBytes: number;
  readonly timeoutMs: number;
}

async function toFile(egress: Egress, url: string, path: string, bounds: Bounds): Promise<number> {
  const body = await bodyOf(egress, url, bounds);
  const file = createWriteStream(path, { flags: "wx" });
  try {
    await pipeline(body, file);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return file.bytesWritten;
}

async function bodyOf(egress: Egress, url: string, bounds: Bounds): Promise<Readable> {
  const { status, body } = await egress.request({ method: "GET", url, ...bounds });
  if (status === 200) return body;
  body.destroy();
  throw new EgressError("InvalidAnswer", `${new URL(url).origin} answered ${status}`);
}

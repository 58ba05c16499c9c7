import { algorithmOf, digestOf } from "../digest.ts";
import { parseManifest } from "../images/parse-manifest.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import { recordOf } from "../scanning/sbom/document-json.ts";
import { wholeDocument } from "../takeover/checked-content.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { passing } from "../upstream/registry-client.ts";
import { TermsRefusal } from "./cache-terms.ts";
import { type CachedRepository, keyIn, upstreamOf } from "./cached-repository.ts";
import { fetchManifest } from "./import-image.ts";
import type { FetchedManifest } from "./upstream.ts";

const day = 24 * 3_600_000;

/**
 * Lets pass what was made long enough ago for the rule's terms, as its config says (`created`); of what an
 * index lists, the youngest counts. It is the maker's word: who waits for others to find what is wrong
 * with an image does not wait for longer than its maker lets them.
 * @throws TermsRefusal, also for what does not say when it was made
 * @throws TakeoverFailure
 */
export async function requireAge(
  cached: CachedRepository,
  fetched: FetchedManifest,
): Promise<void> {
  const { rule, ports } = cached;
  const { minimumAgeMs } = rule.settings.terms ?? {};
  if (minimumAgeMs === undefined) return;
  const madeAt = await madeAtOf(cached, fetched, 0);
  if (madeAt !== "unsaid" && madeAt + minimumAgeMs <= ports.clock.now()) return;
  const wanted = `images that are ${(minimumAgeMs / day).toFixed(1)} days old`;
  const is =
    madeAt === "unsaid"
      ? "does not say when it was made"
      : `is of ${new Date(madeAt).toISOString()}`;
  throw new TermsRefusal(
    `The pull through cache rule '${rule.settings.prefix}' fetches ${wanted}: ${fetched.digest} ${is}`,
  );
}

async function madeAtOf(
  cached: CachedRepository,
  fetched: FetchedManifest,
  depth: number,
): Promise<number | "unsaid"> {
  const { madeAt } = cached.ports.memory.upstreams;
  const key = keyIn(cached, fetched.digest);
  const known = madeAt.get(key);
  if (known !== undefined) return known;
  const { references } = parseManifest(fetched.bytes, fetched.mediaType);
  const found: number[] = [];
  for (const { kind, digest } of references) {
    const of =
      kind === "config"
        ? await createdIn(cached, digest)
        : kind === "child" && depth < limits.indexNesting
          ? await madeAtOf(cached, await fetchManifest(cached, digest), depth + 1)
          : "unsaid";
    if (of !== "unsaid") found.push(of);
  }
  const youngest = found.length === 0 ? "unsaid" : Math.max(...found);
  madeAt.set(key, youngest);
  return youngest;
}

/** Source: OCI image specification, "Image Configuration", `created`. */
async function createdIn(cached: CachedRepository, digest: Digest): Promise<number | "unsaid"> {
  const upstream = await upstreamOf(cached);
  const { content } = await upstream.layer(cached.upstreamName, digest);
  const bytes = await wholeDocument(passing(content), `The config ${digest}`, limits.manifestBytes);
  if (digestOf(bytes, algorithmOf(digest)) !== digest) {
    throw new TakeoverFailure("refused", `The upstream gives other bytes for ${digest}`);
  }
  const { created } = recordIn(bytes) ?? {};
  const at = typeof created === "string" ? Date.parse(created) : Number.NaN;
  return Number.isNaN(at) ? "unsaid" : at;
}

function recordIn(bytes: Buffer) {
  try {
    return recordOf(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined; // Configs of artifacts may be anything.
  }
}

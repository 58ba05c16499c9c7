import type { RepositoryName } from "../names.ts";
import type { CacheRule } from "./cache-rule.ts";
import type { CacheTally } from "./cache-tally.ts";
import type { Upstream } from "./upstream.ts";

/** For whom an upstream is asked, and where that is counted. */
export interface UpstreamCounting {
  readonly tally: CacheTally;
  readonly rule: CacheRule;
  readonly name: RepositoryName;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the upstream rejects with is noted as what it failed at. */
export async function notingFailures<T>(
  { tally, rule, name, now }: UpstreamCounting,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    tally.failed(rule, name, error, now());
    throw error;
  }
}

/** The same upstream, with manifests and failures counted. Layers are counted by who reads them. */
export function countedUpstream(upstream: Upstream, counting: UpstreamCounting): Upstream {
  const noting = <T>(work: Promise<T>) => notingFailures(counting, work);
  const { tally, rule, now } = counting;
  return {
    signIn: () => noting(upstream.signIn()),
    async manifest(name, reference) {
      const fetched = await noting(upstream.manifest(name, reference));
      tally.fetched(rule, fetched.bytes.length, now());
      return fetched;
    },
    digestOf: (name, tag) => noting(upstream.digestOf(name, tag)),
    layer: (name, digest) => noting(upstream.layer(name, digest)),
    referrers: (name, subject) => noting(upstream.referrers(name, subject)),
  };
}

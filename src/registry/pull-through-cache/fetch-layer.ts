import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { findLayers } from "../layers/find-layer.ts";
import { takeLayer } from "../layers/take-layer.ts";
import type { Digest } from "../names.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { passing } from "../upstream/registry-client.ts";
import { cacheLimits } from "./cache-limits.ts";
import { type CachedRepository, countingOf, keyIn, upstreamOf } from "./cached-repository.ts";
import type { UpstreamCounting } from "./counted-upstream.ts";
import { LayerFetch } from "./layer-fetch.ts";

/**
 * Has a layer fetched into the repository, which is there; or joins whoever does so already. It goes on
 * when nobody waits for it any more.
 */
export function fetchLayer(cached: CachedRepository, digest: Digest): LayerFetch {
  const { layers } = cached.ports.memory.upstreams;
  const key = keyIn(cached, digest);
  const underWay = layers.get(key);
  if (underWay !== undefined) return underWay;
  const fetch = new LayerFetch((started) => alone(cached, key, digest, started));
  layers.set(key, fetch);
  const ended = () => layers.delete(key);
  fetch.stored.then(ended, ended);
  return fetch;
}

/** One at a time among all replicas: who comes later finds the layer. */
async function alone(
  cached: CachedRepository,
  key: string,
  digest: Digest,
  fetch: LayerFetch,
): Promise<void> {
  const release = await turn(cached.ports, `cache ${key}`);
  try {
    if (!(await isHere(cached, digest))) await store(cached, digest, fetch);
  } finally {
    await release();
  }
}

async function turn({ exclusive }: Ports, name: string): Promise<() => Promise<void>> {
  for (;;) {
    const release = await exclusive.tryAcquire(name);
    if (release !== undefined) return release;
    await new Promise((resolve) => setTimeout(resolve, cacheLimits.turnPollMs));
  }
}

async function isHere(
  { ports, registry, name }: CachedRepository,
  digest: Digest,
): Promise<boolean> {
  return (await findLayers(ports, registry, name, [digest])).length > 0;
}

/** Half a layer is never linked: it is when all of it came and is what the digest says. */
async function store(cached: CachedRepository, digest: Digest, fetch: LayerFetch): Promise<void> {
  const { ports, registry, name, upstreamName } = cached;
  const upstream = await upstreamOf(cached);
  const { sizeBytes, content: body } = await upstream.layer(upstreamName, digest);
  const counting = countingOf(cached);
  const content = fetch.through(counted(passing(body), counting), sizeBytes);
  try {
    const { layers } = ports.memory.upstreams;
    const verified = (bytes: Uint8Array) => {
      // Who asks for more than is stored meanwhile has to wait.
      if (layers.size <= cacheLimits.layersAhead) fetch.show(bytes);
    };
    await takeLayer(ports, registry, name, { digest, content, given: true, verified });
  } catch (error) {
    if (!isRegistryError(error, "InvalidLayer")) throw error;
    const other = new TakeoverFailure("refused", `The upstream gives other bytes for ${digest}`);
    counting.tally.failed(counting.rule, name, other, counting.now());
    throw other;
  } finally {
    body.destroy();
  }
}

/** The same bytes: what came of a layer counts, also where it breaks off. */
async function* counted(
  content: AsyncIterable<Uint8Array>,
  counting: UpstreamCounting,
): AsyncGenerator<Uint8Array> {
  const { tally, rule, name, now } = counting;
  let bytes = 0;
  try {
    for await (const piece of content) {
      bytes += piece.length;
      yield piece;
    }
  } catch (error) {
    tally.failed(rule, name, error, now());
    throw error;
  } finally {
    tally.fetched(rule, bytes, now());
  }
}

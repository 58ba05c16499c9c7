import type { LifecycleReads } from "../../ports/lifecycle-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { CompiledRule } from "./compile-lifecycle.ts";
import { type EvaluatedLifecycle, LifecycleEvaluation } from "./evaluate-lifecycle.ts";
import { lifecycleLimits } from "./lifecycle-limits.ts";

/**
 * What the rules say of the images of a repository at this moment, or will say of them at a later one.
 * Goes through them page by page, and lets others have their turn in between.
 * @throws when `signal` is aborted
 */
export async function evaluateRepository(
  { metadata }: { readonly metadata: { readonly lifecycle: LifecycleReads } },
  repository: RepositoryRef,
  rules: readonly CompiledRule[],
  now: number,
  signal?: AbortSignal,
  judgedAt = now,
): Promise<EvaluatedLifecycle> {
  const evaluation = new LifecycleEvaluation(rules, judgedAt);
  for (let after: Digest | undefined; ; ) {
    signal?.throwIfAborted();
    const page = { after, limit: lifecycleLimits.page };
    const images = await metadata.lifecycle.candidates(repository, page, now);
    for (const image of images) evaluation.add(image);
    after = images.at(-1)?.digest;
    if (images.length < lifecycleLimits.page) return evaluation.finish();
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/** Bytes of some images of a repository, each content counted once. */
export interface ContentBytes {
  /** Of what no image needs any more once these are gone for good. */
  readonly freedBytes: number;
  /** Of what other images, or other repositories, need as well. */
  readonly sharedBytes: number;
}

/**
 * Bytes that no image needs any more once these are gone for good: of layers that no other image of the
 * repository refers to and no other repository stands on, and of the manifests themselves.
 */
export async function freedBytes(
  ports: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  digests: readonly Digest[],
  signal?: AbortSignal,
): Promise<number> {
  return (await contentBytes(ports, repository, digests, signal)).freedBytes;
}

/** The same, and what stays. */
export async function contentBytes(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  digests: readonly Digest[],
  signal?: AbortSignal,
): Promise<ContentBytes> {
  const wanted = new Map<Digest, number>();
  let manifestBytes = 0;
  for (const digest of digests) {
    signal?.throwIfAborted();
    const image = await metadata.images.find(repository, digest);
    manifestBytes += image?.manifestBytes ?? 0;
    const named = new Set<Digest>();
    for (const reference of await metadata.images.references(repository, digest)) {
      if (reference.kind === "config" || reference.kind === "layer") named.add(reference.digest);
    }
    for (const layer of named) wanted.set(layer, (wanted.get(layer) ?? 0) + 1);
  }
  const bytes = { freedBytes: manifestBytes, sharedBytes: 0 };
  const layers = [...wanted.keys()];
  for (let start = 0; start < layers.length; start += lifecycleLimits.page) {
    signal?.throwIfAborted();
    const some = layers.slice(start, start + lifecycleLimits.page);
    const counts = await metadata.lifecycle.referenceCounts(repository, some);
    const alone = new Set(
      counts
        .filter(({ digest, references }) => references === wanted.get(digest))
        .map(({ digest }) => digest),
    );
    const held = await metadata.layers.findMany(repository, some);
    const objects = held.filter(({ digest }) => alone.has(digest)).map(({ object }) => object);
    const shared = new Set(await metadata.objects.linkedElsewhere(repository, objects));
    for (const { digest, object, sizeBytes } of held) {
      const goes = alone.has(digest) && !shared.has(object);
      bytes[goes ? "freedBytes" : "sharedBytes"] += sizeBytes;
    }
  }
  return bytes;
}

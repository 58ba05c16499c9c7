import type { LifecycleReads } from "../../ports/lifecycle-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { CompiledRule } from "./compile-lifecycle.ts";
import { type EvaluatedLifecycle, LifecycleEvaluation } from "./evaluate-lifecycle.ts";

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
    const page = { after, limit: limits.lifecyclePage };
    const images = await metadata.lifecycle.candidates(repository, page, now);
    for (const image of images) evaluation.add(image);
    after = images.at(-1)?.digest;
    if (images.length < limits.lifecyclePage) return evaluation.finish();
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/**
 * Bytes that no image needs any more once these are gone for good: of layers that no other image of the
 * repository refers to and no other repository stands on, and of the manifests themselves.
 */
export async function freedBytes(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  digests: readonly Digest[],
  signal?: AbortSignal,
): Promise<number> {
  const wanted = new Map<Digest, number>();
  let bytes = 0;
  for (const digest of digests) {
    signal?.throwIfAborted();
    const image = await metadata.images.find(repository, digest);
    bytes += image?.manifestBytes ?? 0;
    const named = new Set<Digest>();
    for (const reference of await metadata.images.references(repository, digest)) {
      if (reference.kind === "config" || reference.kind === "layer") named.add(reference.digest);
    }
    for (const layer of named) wanted.set(layer, (wanted.get(layer) ?? 0) + 1);
  }
  const layers = [...wanted.keys()];
  for (let start = 0; start < layers.length; start += limits.lifecyclePage) {
    signal?.throwIfAborted();
    const some = layers.slice(start, start + limits.lifecyclePage);
    const counts = await metadata.lifecycle.referenceCounts(repository, some);
    const alone = counts
      .filter(({ digest, references }) => references === wanted.get(digest))
      .map(({ digest }) => digest);
    const held = await metadata.layers.findMany(repository, alone);
    const objects = held.map(({ object }) => object);
    const shared = new Set(await metadata.objects.linkedElsewhere(repository, objects));
    for (const { object, sizeBytes } of held) if (!shared.has(object)) bytes += sizeBytes;
  }
  return bytes;
}

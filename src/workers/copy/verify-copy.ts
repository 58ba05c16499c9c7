import type { Ports } from "../../ports/ports.ts";
import type { ObjectId } from "../../registry/names.ts";
import { checkStore, removeStrays } from "../check-store.ts";

export interface Verified {
  readonly repositories: number;
  readonly images: number;
  readonly layers: number;
  readonly objects: number;
  /** Plaintext bytes that were opened; 0 where only presence and length were looked at. */
  readonly verifiedBytes: number;
  /** What is wrong with the copy, and was wrong with what it is a copy of, in sentences. */
  readonly problems: readonly string[];
}

/** Recounts what is counted, and looks for every object, or opens them all. */
export async function verifyCopy(
  ports: Ports,
  options: { readonly verifyBytes: boolean; readonly isResumed: boolean },
): Promise<Verified> {
  // Of objects that an earlier run had copied, and that are gone where they came from.
  if (options.isResumed) await removeStrays(ports);
  const { verifyBytes } = options;
  const found = await checkStore(ports, { repair: false, verifyBytes });
  const { repositories, images, layers, objects, verifiedBytes } = found;
  const problems = found.problems.map(({ message }) => message);
  const totals = await ports.metadata.repositories.totals();
  if (totals.repositories !== repositories || totals.images !== images) {
    problems.push(
      `the registries count ${totals.repositories} repositories and ${totals.images} images, and ` +
        `have ${repositories} and ${images}`,
    );
  }
  const [counted, stored] = [await ports.metadata.objects.totals(), await recount(ports)];
  if (counted.objects !== stored.objects || counted.sealedBytes !== stored.sealedBytes) {
    problems.push(
      `the registries count ${counted.objects} objects of ${counted.sealedBytes} bytes, and have ` +
        `${stored.objects} of ${stored.sealedBytes}`,
    );
  }
  return { repositories, images, layers, objects, verifiedBytes, problems };
}

const page = 500;

async function recount({ metadata }: Ports): Promise<{ objects: number; sealedBytes: number }> {
  const sum = { objects: 0, sealedBytes: 0 };
  let after: ObjectId | undefined;
  for (;;) {
    const objects = await metadata.objects.list({ after, limit: page });
    for (const { sealedBytes } of objects) sum.sealedBytes += sealedBytes;
    sum.objects += objects.length;
    after = objects.at(-1)?.id;
    if (after === undefined) return sum;
  }
}

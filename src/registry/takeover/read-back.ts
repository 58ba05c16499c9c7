import type { TakeoverTarget } from "../../ports/takeover-target.ts";
import { algorithmOf, digestOf } from "../digest.ts";
import { parseManifest } from "../images/parse-manifest.ts";
import { inParallel } from "../in-parallel.ts";
import type { Digest } from "../names.ts";
import type { CopiedLayers } from "./copied-layers.ts";
import { type Pause, persevere } from "./persevere.ts";
import { TakeoverFailure } from "./takeover-failure.ts";
import type { Progress, TakeoverReport, TakeoverWish } from "./takeover-report.ts";

interface ReadBack {
  readonly target: TakeoverTarget;
  readonly pause: Pause;
  readonly onProgress: Progress;
  readonly report: TakeoverReport;
  readonly wish: TakeoverWish;
  readonly layers: CopiedLayers;
  readonly repository: string;
}

/** Reads what a client would pull, to its last byte. Each layer once for the whole registry. */
export async function readBack(run: ReadBack, digests: Iterable<Digest>): Promise<void> {
  const { report, repository, wish, onProgress } = run;
  await inParallel([...digests], wish.parallel, async (digest) => {
    try {
      await image(run, digest);
    } catch (error) {
      if (!(error instanceof TakeoverFailure)) throw error;
      report.leaveOut(repository, digest, `It can not be read back: ${error.message}`);
    }
    onProgress(report, `${repository}@${digest} read back`);
  });
}

async function image({ target, pause, report, repository, layers }: ReadBack, digest: Digest) {
  const { bytes, mediaType } = await persevere(() => target.manifest(repository, digest), pause);
  if (digestOf(bytes, algorithmOf(digest)) !== digest) {
    throw new TakeoverFailure("refused", "The manifest that came back is another one");
  }
  report.verified.images += 1;
  report.verified.bytes += bytes.length;
  const { references, foreign } = parseManifest(bytes, mediaType);
  for (const { kind, digest: layer, sizeBytes } of references) {
    if ((kind !== "layer" && kind !== "config") || foreign.has(layer)) continue;
    await layers.once("read back", layer, async () => {
      await persevere(async () => {
        const content = await target.content(repository, layer, sizeBytes);
        for await (const _ of content); // It fails at its end if it is another one.
      }, pause);
      report.verified.layers += 1;
      report.verified.bytes += sizeBytes;
    });
  }
}

import type {
  ContentOfManifest,
  SourceReference,
  SourceRepository,
} from "../../ports/takeover-source.ts";
import type { HeldImages, TakeoverTarget } from "../../ports/takeover-target.ts";
import { RegistryError } from "../errors.ts";
import type { ImageReference } from "../images/image.ts";
import { type Manifest, parseManifest } from "../images/parse-manifest.ts";
import { inParallel } from "../in-parallel.ts";
import { limits } from "../limits.ts";
import { type Digest, isTag } from "../names.ts";
import type { Slots } from "../slots.ts";
import type { CopiedLayers } from "./copied-layers.ts";
import { type Pause, persevere } from "./persevere.ts";
import { readBack } from "./read-back.ts";
import { TakeoverFailure } from "./takeover-failure.ts";
import { takeoverLimits } from "./takeover-limits.ts";
import type { Progress, TakeoverReport, TakeoverWish } from "./takeover-report.ts";

interface Run {
  readonly target: TakeoverTarget;
  readonly pause: Pause;
  readonly onProgress: Progress;
  readonly wish: TakeoverWish;
  readonly report: TakeoverReport;
  readonly layers: CopiedLayers;
  readonly slots: Slots;
}

const nothing: HeldImages = { digests: new Set(), tags: new Map() };

/** One repository's way. What an image refers to goes before it, its tag with it, what is about it after it. */
export class RepositoryTakeover {
  readonly #run: Run;
  readonly #source: SourceRepository;
  readonly #name: string;
  #held: HeldImages = nothing;
  /** Manifests that came, come, or were there. */
  readonly #images = new Map<Digest, Promise<void>>();

  constructor(run: Run, source: SourceRepository, name: string) {
    this.#run = run;
    this.#source = source;
    this.#name = name;
  }

  /** @throws TakeoverFailure if nothing of it can come */
  async run(): Promise<void> {
    const { target, report, wish } = this.#run;
    const settings = await this.#try(() => this.#source.settings());
    for (const sentence of settings.untranslated ?? []) report.note(this.#name, sentence);
    const held = await this.#try(() => target.held(this.#name));
    if (held === undefined) {
      if (!wish.dryRun) await this.#try(() => target.create(this.#name, settings));
      report.repositories.made += 1;
    }
    this.#held = held ?? nothing;
    const references = this.#source.references();
    await inParallel(references, wish.parallel, (each) => this.#reference(each));
    if (wish.dryRun) return;
    // Rules may take images away: they come when all images are there.
    for (const sentence of await this.#try(() => target.applySettings(this.#name, settings))) {
      report.leaveOut(this.#name, undefined, sentence);
    }
    if (wish.verify) await readBack({ ...this.#run, repository: this.#name }, this.#images.keys());
  }

  async #reference({ tag, digest: known }: SourceReference): Promise<void> {
    const { slots, report, onProgress } = this.#run;
    const shown = tag ?? known ?? "";
    await slots.take(async () => {
      try {
        const digest = known ?? (await this.#try(() => this.#source.resolve(shown)));
        if (tag === undefined) await this.#image(digest, 0);
        else await this.#tagged(digest, tag);
        await this.#referrers(digest, 0);
      } catch (error) {
        report.leaveOut(this.#name, shown, sentenceOf(error));
      }
    });
    onProgress(report, `${this.#name}:${shown}`);
  }

  async #tagged(digest: Digest, tag: string): Promise<void> {
    const { report, wish } = this.#run;
    if (!isTag(tag)) throw new TakeoverFailure("refused", "It is no name of a tag");
    const before = this.#held.tags.get(tag);
    if (before === digest) {
      report.tags.there += 1;
      await this.#image(digest, 0);
      return;
    }
    if (before !== undefined && wish.keepTags) {
      report.note(this.#name, `${tag} stays on ${before}; there it names ${digest}`);
      await this.#image(digest, 0);
      return;
    }
    await this.#image(digest, 0, tag);
    report.tags[before === undefined ? "set" : "moved"] += 1;
  }

  /** Each once. A tag is set together with the manifest where that comes now. */
  async #image(digest: Digest, depth: number, tag?: string): Promise<void> {
    const known = this.#images.get(digest);
    if (known !== undefined) {
      await known;
      if (tag !== undefined) await this.#tagOnly(digest, tag);
      return;
    }
    const { report } = this.#run;
    const isThere = this.#held.digests.has(digest);
    const task = isThere ? Promise.resolve() : this.#send(digest, depth, tag);
    this.#images.set(digest, task);
    try {
      await task;
    } catch (error) {
      this.#images.delete(digest);
      throw error;
    }
    report.images[isThere ? "there" : "sent"] += 1;
    if (isThere && tag !== undefined) await this.#tagOnly(digest, tag);
  }

  async #tagOnly(digest: Digest, tag: string): Promise<void> {
    const { target, wish } = this.#run;
    if (wish.dryRun) return;
    // From here, not from there: a source may leave out what is there already.
    const manifest = await this.#try(() => target.manifest(this.#name, digest));
    await this.#try(() => target.putManifest(this.#name, manifest, tag));
  }

  async #send(digest: Digest, depth: number, tag: string | undefined): Promise<void> {
    if (depth > limits.indexNesting) {
      throw new TakeoverFailure("refused", "Indexes are in indexes without end");
    }
    const content = await this.#try(() => this.#source.manifest(digest));
    const manifest = parsed(content);
    for (const { kind, digest: child } of manifest.references) {
      if (kind === "child") await this.#image(child, depth + 1);
    }
    const contents = manifest.references.filter(
      (each) =>
        (each.kind === "layer" || each.kind === "config") && !manifest.foreign.has(each.digest),
    );
    await Promise.all(contents.map((each) => this.#layer(each)));
    const { target, wish } = this.#run;
    if (wish.dryRun) return;
    const sent = { ...content, mediaType: manifest.mediaType };
    await this.#try(() => target.putManifest(this.#name, sent, tag));
  }

  #layer({ digest, sizeBytes }: ImageReference): Promise<void> {
    const { target, layers, report, wish } = this.#run;
    return layers.once(this.#name, digest, async () => {
      const open = () => this.#source.content(digest, sizeBytes);
      const put = () => target.putLayer(this.#name, { digest, sizeBytes, open });
      const isSent = wish.dryRun || (await this.#try(put));
      report.layers[isSent ? "sent" : "there"] += 1;
      if (isSent) report.layers.sentBytes += sizeBytes;
    });
  }

  /** Signatures, bills of materials, and what is about those. */
  async #referrers(digest: Digest, depth: number): Promise<void> {
    if (depth === takeoverLimits.referrerDepth) return;
    for (const referrer of await this.#try(() => this.#source.referrers(digest))) {
      try {
        await this.#image(referrer, 0);
        await this.#referrers(referrer, depth + 1);
      } catch (error) {
        this.#run.report.leaveOut(this.#name, referrer, sentenceOf(error));
      }
    }
  }

  #try<Result>(work: () => Promise<Result>): Promise<Result> {
    return persevere(work, this.#run.pause);
  }
}

/** @throws TakeoverFailure for what is not stored here, and for Docker's schema 1, which tells no sizes */
function parsed({ bytes, mediaType }: ContentOfManifest): Manifest {
  let manifest: Manifest;
  try {
    manifest = parseManifest(bytes, mediaType);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new TakeoverFailure("refused", `The manifest is not stored here: ${error.message}`);
  }
  if (manifest.isSized) return manifest;
  const sentence = "An image of Docker's schema 1 does not come this way; push it by a client";
  throw new TakeoverFailure("refused", sentence);
}

/** @throws what is no failure of taking over, but a bug */
function sentenceOf(error: unknown): string {
  if (error instanceof TakeoverFailure) return error.message;
  throw error;
}
